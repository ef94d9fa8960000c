# SPDX-License-Identifier: Apache-2.0
"""Connections of proxies that tell whose they are (PROXY protocol)."""

import re
import struct

import pytest

from test_serve import get
from wire import (
    SIGNATURE, binding_request, connect, is_closed, mapped_address, proxy_v1, proxy_v2, proxy_v2_local, read_message,
    start_tls,
)

PROXY = "127.0.0.2"


@pytest.fixture
def serve(program, port):
    """Starts a server that knows one proxy."""
    def start(prefix: str = "", *options: str):
        arguments = ["--listen", f"{prefix}127.0.0.1:{port}", "--proxy-protocol-from", f"{PROXY}/32", *options]
        return program.serve("--dev", *arguments)
    return start


def address_seen(connection) -> str:
    connection.sendall(binding_request())
    return mapped_address(read_message(connection))


@pytest.mark.parametrize("header", [
    proxy_v1("192.0.2.1", 5000), proxy_v2("192.0.2.1", 5000), proxy_v2("192.0.2.1", 5000, b"\x04\x00\x03abc"),
    proxy_v2("192.0.2.1", 5000, b"\x20" + struct.pack("!H", 3000) + bytes(3000)),
    proxy_v1("::ffff:192.0.2.1", 5000),
], ids=["v1", "v2", "values", "long", "mapped"])
@pytest.mark.parametrize("listener", ["tcp:", "tls:", ""])
def test_the_address_in_the_header_is_the_clients(program, serve, header, listener, port):
    serve(listener, "--plain-turn")
    connection = connect(port, PROXY)
    connection.sendall(header)
    if listener == "tls:":
        connection = start_tls(connection, program.authority)
    assert address_seen(connection) == "192.0.2.1:5000"


def test_an_ipv6_client_behind_an_ipv4_proxy(serve, port):
    serve("tcp:")
    for header in (proxy_v1("2001:db8::1", 5000), proxy_v2("2001:db8::1", 5000)):
        connection = connect(port, PROXY)
        connection.sendall(header)
        assert address_seen(connection) == "[2001:db8::1]:5000"


@pytest.mark.parametrize("header", [
    proxy_v2_local(), b"PROXY UNKNOWN\r\n", SIGNATURE + b"\x21\x31" + struct.pack("!H", 216) + bytes(216),
], ids=["local", "unknown", "unix"])
def test_without_an_address_in_the_header_the_proxys_counts(serve, header, port):
    serve("tcp:")
    connection = connect(port, PROXY)
    connection.sendall(header)
    assert address_seen(connection) == f"{PROXY}:{connection.getsockname()[1]}"


@pytest.mark.parametrize("header", [proxy_v1("192.0.2.1", 5000), proxy_v2("2001:db8::1", 5000, b"\x04\x00\x01a")],
                         ids=["v1", "v2"])
def test_a_header_that_comes_byte_by_byte(serve, header, port):
    serve("tcp:")
    connection = connect(port, PROXY)
    request = binding_request()
    for byte in header + request:
        connection.sendall(bytes([byte]))
    assert mapped_address(read_message(connection)).endswith(":5000")


def test_the_request_in_the_same_packet(serve, port):
    serve("tcp:")
    connection = connect(port, PROXY)
    connection.sendall(proxy_v2("192.0.2.1", 5000) + binding_request())
    assert mapped_address(read_message(connection)) == "192.0.2.1:5000"


@pytest.mark.parametrize("begin", [
    binding_request(), b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", b"\x16\x03\x01\x02\x00\x01", b"PROXY TCP5 a b 1 2\r\n",
    SIGNATURE + b"\x31\x11\x00\x0c" + bytes(12), b"PROXY UNKNOWN " + b"x" * 200,
], ids=["stun", "http", "tls", "v1", "v3", "long"])
def test_a_proxy_must_send_a_header(serve, begin, port):
    server = serve("", "--plain-turn")
    connection = connect(port, PROXY)
    connection.sendall(begin)
    assert is_closed(connection)
    assert "began without a valid PROXY header" in server.stop()[1]


@pytest.mark.parametrize("listener", ["", "tcp:", "tls:"])
@pytest.mark.parametrize("header", [proxy_v1("192.0.2.1", 5000), proxy_v2("192.0.2.1", 5000), proxy_v2_local()],
                         ids=["v1", "v2", "local"])
def test_nobody_else_may_send_one(program, serve, listener, header, port):
    serve(listener, "--plain-turn")
    connection = connect(port)
    connection.sendall(header + binding_request())
    assert is_closed(connection)
    own = connect(port)
    if listener == "tls:":
        own = start_tls(own, program.authority)
    assert address_seen(own).startswith("127.0.0.1:")


def test_limits_are_for_clients_not_for_their_proxy(serve, port):
    """256 connections of one address that have not authenticated."""
    serve("tcp:")
    connections = []
    for _ in range(256):
        connections.append(connect(port, PROXY))
        connections[-1].sendall(proxy_v1("192.0.2.1", 5000))
        assert address_seen(connections[-1]) == "192.0.2.1:5000"
    refused = connect(port, PROXY)
    refused.sendall(proxy_v1("192.0.2.1", 5000))
    assert is_closed(refused)
    other = connect(port, PROXY)
    other.sendall(proxy_v1("192.0.2.2", 5000))
    assert address_seen(other) == "192.0.2.2:5000"


def test_certificates_are_chosen_by_name_behind_a_header(program, authority, port):
    one, two = authority.issue("one.test"), authority.issue("two.test")
    program.serve(
        "--certificate", one[0], "--private-key", one[1], "--certificate", two[0], "--private-key", two[1],
        "--listen", f"127.0.0.1:{port}", "--proxy-protocol-from", PROXY,
    )
    for name in ("one.test", "two.test"):
        connection = connect(port, PROXY)
        connection.sendall(proxy_v2("192.0.2.1", 5000))
        # Checks the name.
        assert address_seen(start_tls(connection, authority.certificate, name=name)) == "192.0.2.1:5000"


def test_the_web_behind_a_proxy(program, serve, port):
    serve()
    options = ["--interface", f"host!{PROXY}", "--haproxy-protocol", "--write-out", "%{http_code}"]
    assert get(f"https://localhost:{port}", program.authority, "/healthz", *options).stdout.endswith("200")
    # And directly, without a header.
    assert get(f"https://localhost:{port}", program.authority, "/healthz", *options[3:]).stdout.endswith("200")


def test_health_checks_leave_no_trace(serve, port):
    """Neither a connection that says LOCAL and ends, nor one that says nothing."""
    server = serve("", "--plain-turn")
    for begin in (proxy_v2_local(), b"", proxy_v1("192.0.2.1", 5000)):
        with connect(port, PROXY) as connection:
            connection.sendall(begin)
    last = connect(port, PROXY)
    last.sendall(proxy_v1("192.0.2.1", 5000))
    assert address_seen(last) == "192.0.2.1:5000"
    log = server.stop()[1]
    assert PROXY not in log and "192.0.2.1" not in log
