# SPDX-License-Identifier: Apache-2.0
"""The admin API as docs say it is, played to a page: what a test wants to happen, happens."""

import json
import time
from urllib.parse import parse_qs, urlsplit

from support.server import WEB_ROOT

TOKEN = "an-admin-token-for-tests-0123456789"
DAY = 86400
# How much later each answer says it is, in seconds.
STEP = 2


class AdminFake:
    """Answers what pages of a context ask. `trouble` is a status, or "offline"."""

    def __init__(self):
        self.token = TOKEN
        self.trouble = None
        self.requests = []
        self.refusal = None
        self.now = time.time()
        self.step = STEP
        self.traffic = (1_000_000, 500_000)
        self.status = full_status(self.now)
        self.sessions = [session(number, self.now) for number in range(3)]
        self.rooms = rooms(self.now)

    def attach(self, context, url, headers):
        """`headers`: those of the real server's pages, above all its content security policy."""
        page = (WEB_ROOT / "admin.html").read_text()
        context.route(f"{url}admin", lambda route: route.fulfill(body=page, headers=headers))
        context.route(f"{url}admin/api/**", self._answer)

    def asked(self, method):
        """What was asked with this method: path and body."""
        return [(path, body) for each, path, body in self.requests if each == method]

    def asked_for(self, name):
        return [path for _, path, _ in self.requests if path.split("?")[0] == name]

    def _answer(self, route):
        request = route.request
        address = urlsplit(request.url)
        path = address.path.removeprefix("/admin/api/") + (f"?{address.query}" if address.query else "")
        self.requests.append((request.method, path, json.loads(request.post_data or "null")))
        if self.trouble == "offline":
            return route.abort("connectionrefused")
        if self.trouble:
            return reply(route, {"error": "Not now."}, self.trouble)
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return reply(route, {"error": "The token is wrong."}, 401)
        if request.method != "GET":
            assert request.headers["content-type"] == "application/json"
            return self._change(route, path, request.post_data_json)
        return reply(route, self._look(path.split("?")[0], parse_qs(address.query)))

    def _look(self, name, query):
        limit = int(query.get("limit", ["100"])[0])
        if name == "sessions":
            return {"total": len(self.sessions), "sessions": self.sessions[:limit]}
        if name == "rooms":
            return {"total": len(self.rooms), "rooms": self.rooms[:limit]}
        self._let_time_pass()
        return self.status

    def _let_time_pass(self):
        self.now += self.step
        if not isinstance(self.status, dict) or not isinstance(self.status.get("bytes"), dict):
            return
        self.status["now"] = self.now
        for name, rate in zip(("fromClients", "toClients"), self.traffic):
            self.status["bytes"][name] += rate * self.step
            if isinstance(self.status.get("packets"), dict):
                self.status["packets"][name] += rate * self.step // 900

    def _change(self, route, path, body):
        if self.refusal:
            return reply(route, {"error": self.refusal}, 404)
        if path == "loglevel":
            self.status["logLevel"] = body["level"]
            return reply(route, {"logLevel": body["level"]})
        if path == "drain":
            self.status["state"] = body.get("state", "draining")
            return reply(route, {"state": self.status["state"]})
        return reply(route, {"ended": self._end(body)})

    def _end(self, target):
        before = self._count()
        self.sessions = [each for each in self.sessions if each["id"] != target.get("session")]
        self.rooms = [room for room in self.rooms if room["name"] != target.get("room")]
        for room in self.rooms:
            room["members"] = [each for each in room["members"] if each["id"] != target.get("member")]
        return before - self._count()

    def _count(self):
        return len(self.sessions) + sum(len(room["members"]) for room in self.rooms)


def reply(route, value, status=200):
    body = value if isinstance(value, str) else json.dumps(value)
    headers = {"Content-Type": "application/json", "Cache-Control": "no-store"}
    route.fulfill(status=status, body=body, headers=headers)


def full_status(now):
    return {
        "version": "0.4.0", "startedAt": now - 3 * DAY - 7300, "now": now, "state": "serving", "logLevel": "info",
        "cpuSeconds": 1200, "residentBytes": 61_000_000, "openFiles": 64,
        "eventLoopLagSeconds": {"p50": 0.0001, "p99": 0.0021},
        "allocations": {"udp": 0, "tcp": 1, "tls": 2}, "bytes": {"fromClients": 10**9, "toClients": 9 * 10**8},
        "packets": {"fromClients": 10**6, "toClients": 10**6}, "drops": {"queue_age": 12, "malformed": 1},
        "queueDelaySeconds": {"p50": 0.002, "p99": 0.018, "max": 0.09},
        "websockets": 3, "rooms": 2, "members": 3, "waiting": 1, "httpConnections": 5, "undecidedConnections": 1,
        "authenticationFailures": 4, "tlsHandshakes": 900, "tlsHandshakeFailures": 31,
        "certificates": [
            {"name": "call.example.com", "expiresAt": now + 62.5 * DAY},
            {"name": "turn.example.com", "expiresAt": now + 9.5 * DAY},
        ],
    }  # fmt: skip


# As in calls: the third is a user of its own.
NAMES = ("m1-ana", "m2-ben", "zoë")


def session(number, now, **changes):
    name = NAMES[number] if number < len(NAMES) else f"user-{number}"
    return {
        "id": f"session-{number}", "user": name, "realm": "call.example.com",
        "transport": ("tls", "tls", "tcp")[number % 3], "client": f"192.0.2.{number % 250}:{50000 + number}",
        "relayed": [f"203.0.113.1:{49152 + number}"], "startedAt": now - 60 * (number + 1), "expiresAt": now + 600,
        "bytesFromClient": 1_000_000 * (number + 1), "bytesToClient": 2_000_000, "packetsFromClient": 10,
        "packetsToClient": 10, "queueDelaySeconds": 0.004 * number, "droppedPackets": number,
        "permissions": 1, "channels": 1, **changes,
    }  # fmt: skip


def rooms(now):
    people = [("m1-ana", "Ana", False), ("m2-ben", "Ben", True), ("m3-zoe", "Zoë", False)]
    members = [
        {"id": key, "name": name, "address": f"192.0.2.{number}", "joinedAt": now - 400, "away": is_away}
        for number, (key, name, is_away) in enumerate(people)
    ]
    return [
        {
            "name": "standup", "locked": True, "hasPIN": True, "waiting": 1, "createdAt": now - 900,
            "members": members[:2],
        },
        {"name": "tea", "locked": False, "hasPIN": False, "waiting": 0, "members": members[2:]},
    ]
