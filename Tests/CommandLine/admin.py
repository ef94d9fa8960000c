# SPDX-License-Identifier: Apache-2.0
"""Looks after a server: by its Unix socket, and by its port with a token."""

import http.client
import json
import os
import socket
import ssl
import struct

TOKEN = "a-token-for-those-who-look-after-it"


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=15)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Admin:
    """Answers are a status and the JSON that came with it."""

    def __init__(self, connect, headers=()):
        self._connect = connect
        self._headers = dict(headers)

    @classmethod
    def by_socket(cls, path):
        return cls(lambda: _UnixConnection(path))

    @classmethod
    def by_port(cls, port, authority, token=TOKEN):
        context = ssl.create_default_context(cafile=authority)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return cls(lambda: http.client.HTTPSConnection("localhost", port, context=context, timeout=15), headers)

    def ask(self, method: str, path: str, body=None, **headers) -> tuple[int, dict]:
        """A body that is no bytes is sent as JSON."""
        sent = self._headers | {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            sent.setdefault("Content-Type", "application/json")
        connection = self._connect()
        connection.request(method, "/admin/api/" + path, body, sent)
        answer = connection.getresponse()
        self.headers = answer.headers
        text = answer.read()
        connection.close()
        return answer.status, json.loads(text) if text else {}

    def get(self, path: str) -> dict:
        status, answer = self.ask("GET", path)
        assert status == 200, answer
        return answer


class Member:
    """A member of a room, on a WebSocket of its own."""

    def __init__(self, connection, room: str, **more):
        self.connection = connection
        connection.sendall(
            b"GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        self.buffer = b""
        while b"\r\n\r\n" not in self.buffer:
            self.buffer += connection.recv(4096)
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        assert head.startswith(b"HTTP/1.1 101"), head
        self.send({"type": "join", "room": room, **more})
        self.answer = self.receive()

    def send(self, message: dict):
        text = json.dumps(message).encode()
        mask = os.urandom(4)
        length = bytes([0x80 | len(text)]) if len(text) < 126 else struct.pack("!BH", 0xFE, len(text))
        self.connection.sendall(b"\x81" + length + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(text)))

    def receive(self) -> dict:
        """The next message, or `{"close": CODE}`. Pings go unanswered: tests are short."""
        while True:
            opcode, payload = self._frame()
            if opcode == 1:
                return json.loads(payload)
            if opcode == 8:
                return {"close": struct.unpack("!H", payload[:2])[0]}

    def _frame(self) -> tuple[int, bytes]:
        first, length = self._take(2)
        if length == 126:
            length = struct.unpack("!H", self._take(2))[0]
        return first & 0x0F, self._take(length)

    def _take(self, count: int) -> bytes:
        while len(self.buffer) < count:
            part = self.connection.recv(65536)
            assert part, "the connection was closed"
            self.buffer += part
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken
