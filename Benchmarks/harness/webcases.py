# SPDX-License-Identifier: Apache-2.0
"""What is measured of the app and its signaling, beside nginx and Node."""

from dataclasses import dataclass

from harness import load
from harness.cases import Bar, Case
from harness.webservers import NginxNode, SmallNginxNode, SmallWebSwiftTURN, WebSwiftTURN, web_root

SERVERS = (WebSwiftTURN, NginxNode)


@dataclass(frozen=True)
class WebCase(Case):
    servers: tuple = SERVERS
    others: tuple = ("nginx + Node",)


@dataclass(frozen=True)
class MembersCase(WebCase):
    """Members join rooms, and stay. In the end each gets a message: all of them, or there is no result."""

    def measure(self, server, seconds):
        return complete(load.run_web("members", server, *self.options), "lost", "garbled", "reordered")


@dataclass(frozen=True)
class RelayCase(WebCase):
    def measure(self, server, seconds):
        result = load.run_web("relay", server, "--seconds", seconds, *self.options)
        return complete(result, "lost", "garbled", "reordered")


@dataclass(frozen=True)
class FileCase(WebCase):
    path: str = "/"
    file: str = "index.html"

    def measure(self, server, seconds):
        file = web_root(server.directory) / self.file
        return complete(load.run_web("web", server, "--path", self.path, "--file", file, "--seconds", seconds), "wrong")


def complete(result, *faults):
    """A server that is fast at doing something else is not measured."""
    if any(result[fault] for fault in faults):
        raise RuntimeError(f"not everything arrived: {result}")
    return result


JOIN = ("cpu_us_per_join", "CPU, µs")
MEMORY = ("bytes_per_connection", "memory, bytes")
MESSAGE = ("cpu_us_per_message", "CPU per message, µs")
REQUEST = ("cpu_us_per_request", "CPU per request, µs")


def cases():
    yield MembersCase("WSS member of a room of 2, 16 join at once", "tls", (Bar(JOIN, web=0.7), Bar(MEMORY, web=0.5)),
                      ("--count", 2000, "--hold", 2), is_quick=True)  # fmt: skip
    yield MembersCase("the same, with a certificate of ECDSA", "tls", (Bar(JOIN, web=0.7),), ("--count", 2000),
                      servers=(SmallWebSwiftTURN, SmallNginxNode))  # fmt: skip
    yield RelayCase("relayed message, 220 B, 100 rooms of 2, a window of 8", "tls", (Bar(MESSAGE, web=0.5),),
                    is_quick=True)  # fmt: skip
    # Nothing can be done together here, so the kernel's part is the largest.
    yield RelayCase("relayed message, 220 B, 1,000 rooms of 2, a window of 1", "tls", (Bar(MESSAGE),),
                    ("--rooms", 1000, "--window", 1))  # fmt: skip
    # The other way round: at least half as many requests in the same CPU time.
    yield FileCase("the app's page over TLS, kept alive", "tls", (Bar(REQUEST, web=2),), is_quick=True)
    yield FileCase("a script of 20 KB over TLS, kept alive", "tls", (Bar(REQUEST, web=2),), is_quick=True,
                   path="/script.js", file="script.js")  # fmt: skip
    yield MembersCase("10,000 idle WSS members in 1,000 rooms", "tls",
                      (Bar(("resident_bytes", "memory of the server, bytes")), Bar(("idle_cpu_share", "CPU when idle"))),
                      ("--warmup", 0, "--count", 10_000, "--room-size", 10, "--hold", 20),
                      servers=(WebSwiftTURN,))  # fmt: skip


CASES = tuple(cases())
