# SPDX-License-Identifier: Apache-2.0
"""Debian's pebble, an ACME server for tests, and what can be wrong with a CA."""

import json
import os
import socket
import ssl
import subprocess
import threading
import time
import urllib.error
import urllib.request
from base64 import urlsafe_b64decode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from conftest import free_port

PATIENCE = 45


class Pebble:
    """Validates names on one port of 127.0.0.1, whatever they are. Forgets everything when it is stopped."""

    def __init__(self, directory: Path, authority, lifetime=90 * 86400, accounts: dict[str, str] | None = None):
        """With `accounts` (RFC 8555, section 7.3.4) it is for its own customers only."""
        directory.mkdir()
        self.authority = authority
        self.port, self.management, self.dns = free_port(), free_port(), free_port()
        self.processes: list[subprocess.Popen] = []
        certificate, key = authority.issue("localhost")
        self.settings = {
            "listenAddress": f"127.0.0.1:{self.port}",
            "managementListenAddress": f"127.0.0.1:{self.management}",
            "certificate": str(certificate),
            "privateKey": str(key),
            "httpPort": 1,
            "externalAccountBindingRequired": accounts is not None,
            "externalAccountMACKeys": accounts or {},
            "certificateValidityPeriod": lifetime,
        }
        self.configuration = directory / "pebble.json"
        self.log = directory / "pebble.log"

    @property
    def directory(self) -> str:
        return f"https://localhost:{self.port}/dir"

    def start(self, validated_port: int, **environment):
        self.configuration.write_text(json.dumps({"pebble": {**self.settings, "tlsPort": validated_port}}))
        # By itself it refuses one nonce in 20, and a test that counts requests fails as often.
        environment = {**os.environ, "PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "0", **environment}
        with self.log.open("ab") as log:
            names = [
                "pebble-challtestsrv", "-dns01", f"127.0.0.1:{self.dns}", "-defaultIPv6", "", "-http01", "",
                "-https01", "", "-tlsalpn01", "", "-management", "",
            ]
            server = ["pebble", "-config", str(self.configuration), "-dnsserver", f"127.0.0.1:{self.dns}"]
            for command in (names, server):
                self.processes.append(subprocess.Popen(command, stdout=log, stderr=log, env=environment))
        for port in (self.port, self.management):
            await_listener(port, self.processes[-1])
        return self

    def stop(self):
        for process in self.processes:
            process.kill()
            process.wait()
        self.processes.clear()

    def root(self) -> str:
        """The certificate that those it issues lead to: another one after each start."""
        context = ssl.create_default_context(cafile=self.authority.certificate)
        url = f"https://localhost:{self.management}/roots/0"
        with urllib.request.urlopen(url, context=context, timeout=10) as answer:
            return answer.read().decode()


def await_listener(port: int, process: subprocess.Popen):
    deadline = time.monotonic() + PATIENCE
    while True:
        assert process.poll() is None, f"it ended with {process.returncode}"
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert time.monotonic() < deadline, f"nothing listens on {port}"
            time.sleep(0.02)


class Interposer:
    """Stands before a pebble, passes requests on, and says what pebble cannot: limits, renewal windows, other times."""

    def __init__(self, pebble: Pebble):
        self.pebble = pebble
        self.context = ssl.create_default_context(cafile=pebble.authority.certificate)
        # By the beginning of a path: status, headers, body.
        self.answers: dict[str, tuple[int, dict[str, str], bytes]] = {}
        # A header that replaces pebble's.
        self.date: str | None = None
        self.offers_renewal_info = False
        # Methods, paths, and payloads.
        self.requests: list[tuple[str, str, dict]] = []
        # That pebble has issued.
        self.certificates: list[str] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pebble.settings["certificate"], pebble.settings["privateKey"])
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"https://localhost:{self.server.server_port}"

    @property
    def directory(self) -> str:
        return f"{self.url}/dir"

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def payloads(self, path: str) -> list[dict]:
        return [payload for _, found, payload in self.requests if found == path]

    def requests_of(self, method: str, path: str) -> list[str]:
        """Paths that begin with this one."""
        return [found for used, found, _ in self.requests if used == method and found.startswith(path)]

    def handler(interposer):
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                interposer.requests.append((self.command, self.path, payload(body)))
                status, headers, answer = interposer.answer(self, body)
                self.send_response_only(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer if self.command != "HEAD" else b"")

            do_HEAD = do_POST = do_GET

            def log_message(self, *_):
                pass

        return Handler

    def answer(self, request, body: bytes) -> tuple[int, dict[str, str], bytes]:
        for path, answer in self.answers.items():
            if request.path.startswith(path):
                return answer
        status, headers, answer = self.forward(request, body)
        if b"BEGIN CERTIFICATE" in answer:
            self.certificates.append(answer.decode())
        if self.date:
            headers["Date"] = self.date
        if request.path == "/dir" and self.offers_renewal_info:
            answer = json.dumps({**json.loads(answer), "renewalInfo": f"{self.url}/renewal"}).encode()
        return status, headers, answer

    def forward(self, request, body: bytes) -> tuple[int, dict[str, str], bytes]:
        # Pebble makes addresses of the host that it is asked by, which is this one.
        kept = {name: request.headers[name] for name in ("Host", "Content-Type", "User-Agent") if name in request.headers}
        url = f"https://localhost:{self.pebble.port}{request.path}"
        passed_on = urllib.request.Request(url, body or None, kept, method=request.command)
        try:
            answer = urllib.request.urlopen(passed_on, context=self.context, timeout=20)
        except urllib.error.HTTPError as error:
            answer = error
        with answer:
            framing = ("Content-Length", "Transfer-Encoding")
            headers = {name: value for name, value in answer.headers.items() if name not in framing}
            return answer.status, headers, answer.read()


def payload(body: bytes) -> dict:
    if not body:
        return {}
    text = json.loads(body)["payload"]
    return json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)) or b"{}")


def problem(kind: str) -> bytes:
    return json.dumps({"type": f"urn:ietf:params:acme:error:{kind}", "detail": f"{kind}!"}).encode()
