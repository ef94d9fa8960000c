# SPDX-License-Identifier: Apache-2.0
"""Garbage, half messages and odd users at every layer below HTTP."""

import contextlib
import os
import re

import pytest

from support import stun
from support.processes import resident_memory
from support.raw import client_hello, connect, exchange, read_to_end, send
from support.waiting import until
from support.websocket import frame, handshake

SLOW = 15
FATAL_ALERT = b"\x15\x03\x03\x00\x02\x02\x28"

GARBAGE = {
    "high bytes": b"\xff\xfe\xfd",
    "SSH": b"SSH-2.0-client\r\n",
    "SSL 2": b"\x80\x2e\x01\x00\x02",
    "zeros": bytes(64),
    "STUN without TLS": stun.message(stun.BINDING),
    "bad record length": b"\x16\x03\x01\xff\xff" + bytes(3000),
    "bad handshake": b"\x16\x03\x01\x00\x05hello",
    "alert after ClientHello": client_hello() + FATAL_ALERT,
    "garbage after ClientHello": client_hello() + os.urandom(500),
    "HTTP/2 without ALPN": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
}

INSIDE_TLS = {
    "high bytes": b"\xff\xfe\xfd",
    "SSH": b"SSH-2.0-client\r\n",
    "TLS in TLS": client_hello(),
    "STUN without cookie": b"\x00\x01\x00\x00" + bytes(16),
    "STUN with an odd length": stun.header(stun.BINDING, 3) + bytes(3),
    "STUN, the longest": stun.header(stun.BINDING, 0xFFFC) + os.urandom(0xFFFC),
}

# Neither complete nor wrong.
HALF = [b"", b"\x16", client_hello()[:100], b"GE", b"EHLO a.test\r\n", b"NICK a\r\n"]
HALF_INSIDE_TLS = [
    b"", b"\x00\x01", stun.header(stun.BINDING, 100), b"\x40\x00\x00\x04abcd" * 100,
    b"GET /hea", b"GET / HTTP/1.1\r\nHo",
]

# What a name may do to logs, formats, queries and C strings.
USERNAMES = {
    "format": b"%s%n%x%@",
    "quotes": b"\"'`; DROP TABLE users; --",
    "newline": b"a\r\n2026-01-01T00:00:00.000Z error    forged",
    "NUL": b"9999999999:a\0b",
    "escape": b"\x1b]0;title\x07\x1b[31m",
    "invalid UTF-8": b"\xff\xfe\xc3",
    "longest": b"a" * 508,
    "too long": b"a" * 700,
    "empty": b"",
    "overflow": b"99999999999999999999999:a",
    "negative": b"-1:a",
}

LOG_LINE = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+Z \w+ +(?!forged)\S")


@pytest.mark.parametrize("name", GARBAGE)
def test_garbage_is_answered_by_a_close(bad_input_server, name):
    answer = exchange(bad_input_server.port, GARBAGE[name])
    # Nothing, or TLS of the server's own.
    assert answer == b"" or answer[0] in (0x15, 0x16)


@pytest.mark.parametrize("name", INSIDE_TLS)
def test_garbage_inside_tls_is_answered_by_a_close(bad_input_server, tls, name):
    with tls() as client:
        client.connection.settimeout(SLOW)
        client.send(INSIDE_TLS[name])
        answer = client.read_to_end()
        assert not answer.startswith(b"HTTP")


def test_half_messages_are_not_waited_for_longer_than_10_seconds(bad_input_server, tls):
    with contextlib.ExitStack() as stack:
        connections = [stack.enter_context(connect(bad_input_server.port)) for _ in HALF]
        connections += [stack.enter_context(tls()).connection for _ in HALF_INSIDE_TLS]
        for connection, data in zip(connections, HALF + HALF_INSIDE_TLS, strict=True):
            connection.settimeout(SLOW)
            connection.sendall(data)
        for connection in connections:
            read_to_end(connection)


def test_bytes_may_come_one_at_a_time(bad_input_server):
    with connect(bad_input_server.port) as connection:
        for byte in client_hello():
            connection.sendall(bytes([byte]))
        assert connection.recv(1) == b"\x16", "a ServerHello"


@pytest.mark.parametrize("name", USERNAMES)
def test_odd_usernames_are_unknown_users(bad_input_server, tls, name):
    before = len(bad_input_server.log)
    with tls() as client:
        client.send(stun.message(stun.ALLOCATE, (stun.REQUESTED_TRANSPORT, stun.UDP)))
        kind, challenge = stun.read_message(client)
        assert (kind, stun.error_code(challenge)) == (stun.ALLOCATE | stun.ERROR, 401)
        client.send(stun.allocate(USERNAMES[name], challenge[stun.REALM], challenge[stun.NONCE]))
        kind, answer = stun.read_message(client)
        assert kind == stun.ALLOCATE | stun.ERROR
        assert stun.error_code(answer) in (400, 401)
    for line in bad_input_server.log[before:].splitlines():
        assert LOG_LINE.match(line), f"a forged line: {line!r}"
        assert line.isprintable()


# Memory

WARM_UP = 600
CONNECTIONS = 3000
# 3000 connections that each left 2 KiB behind would be seen.
GROWTH = 6 << 20


def test_bad_connections_leave_no_memory_behind(bad_input_server, tls):
    bad_connections(bad_input_server, tls, WARM_UP)
    before = settled_memory(bad_input_server)
    bad_connections(bad_input_server, tls, CONNECTIONS)
    growth = settled_memory(bad_input_server) - before
    assert growth < GROWTH, f"{growth / 1024:.0f} KiB more after {CONNECTIONS} connections"


def bad_connections(server, tls, count):
    outside = [*GARBAGE.values(), b"\x16", client_hello()[:50]]
    inside = [
        *INSIDE_TLS.values(),
        stun.header(stun.BINDING, 100),
        handshake("localhost") + frame(b"hello"),
        handshake("localhost", Origin="https://evil.test"),
        b"GET /" + b"a" * 50_000,
        b"POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    ]
    for number in range(count // 2):
        with connect(server.port) as connection:
            send(connection, outside[number % len(outside)])
        with tls() as client:
            client.send(inside[number % len(inside)])


def settled_memory(server):
    """Once the connections are gone, which takes the server a moment."""
    def connections():
        with open(f"/proc/{server.pid}/net/tcp", encoding="ascii") as table:
            port = f":{server.port:04X}"
            return [line for line in table if line.split()[1].endswith(port) and line.split()[3] in ("01", "08")]

    until(lambda: not connections(), lambda: f"no connection is left: {connections()}")
    return resident_memory(server.pid)
