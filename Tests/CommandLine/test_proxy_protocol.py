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
def listen(program, port):
    """Starts a server that knows one proxy; gives its port."""
    def start(prefix: str = "", *options: str) -> int:
        arguments = ["--listen", f"{prefix}127.0.0.1:{port}", "--proxy-protocol-from", f"{PROXY}/32", *options]
        listen.server = program.serve("--dev", *arguments)
        return port
    return start


def address_seen(connection) -> str:
    connection.sendall(binding_request())
    return mapped_address(read_message(connection))


@pytest.mark.parametrize("header", [
    proxy_v1("192.0.2.1", 5000), proxy_v2("192.0.2.1", 5000), proxy_v2("192.0.2.1", 5000, b"\x04\x00\x03abc"),
    proxy_v2("192.0.2.1", 5000, b"\x20" + struct.pack("!H", 3000) + bytes(3000)),
    proxy_v1("::ffff:192.0.2.1", 5000),
])
@pytest.mark.parametrize("listener", ["tcp:", "tls:", ""])
def test_the_address_in_the_header_is_the_clients(program, listen, header, listener):
    port = listen(listener, "--plain-turn")
    connection = connect(port, PROXY)
    connection.sendall(header)
    if listener == "tls:":
        connection = start_tls(connection, program.authority)
    assert address_seen(connection) == "192.0.2.1:5000"


def test_an_ipv6_client_behind_an_ipv4_proxy(listen):
    port = listen("tcp:")
    for header in (proxy_v1("2001:db8::1", 5000), proxy_v2("2001:db8::1", 5000)):
        connection = connect(port, PROXY)
        connection.sendall(header)
        assert address_seen(connection) == "[2001:db8::1]:5000"


@pytest.mark.parametrize("header", [
    proxy_v2_local(), b"PROXY UNKNOWN\r\n", SIGNATURE + b"\x21\x31" + struct.pack("!H", 216) + bytes(216),
])
def test_without_an_address_in_the_header_the_proxys_counts(listen, header):
    connection = connect(listen("tcp:"), PROXY)
    connection.sendall(header)
    assert address_seen(connection) == f"{PROXY}:{connection.getsockname()[1]}"


@pytest.mark.parametrize("header", [proxy_v1("192.0.2.1", 5000), proxy_v2("2001:db8::1", 5000, b"\x04\x00\x01a")])
def test_a_header_that_comes_byte_by_byte(listen, header):
    connection = connect(listen("tcp:"), PROXY)
    request = binding_request()
    for byte in header + request:
        connection.sendall(bytes([byte]))
    assert mapped_address(read_message(connection)).endswith(":5000")


def test_the_request_in_the_same_packet(listen):
    connection = connect(listen("tcp:"), PROXY)
    connection.sendall(proxy_v2("192.0.2.1", 5000) + binding_request())
    assert mapped_address(read_message(connection)) == "192.0.2.1:5000"


@pytest.mark.parametrize("begin", [
    binding_request(), b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", b"\x16\x03\x01\x02\x00\x01", b"PROXY TCP5 a b 1 2\r\n",
    SIGNATURE + b"\x31\x11\x00\x0c" + bytes(12), b"PROXY UNKNOWN " + b"x" * 200,
])
def test_a_proxy_must_send_a_header(listen, begin):
    port = listen("", "--plain-turn")
    connection = connect(port, PROXY)
    connection.sendall(begin)
    assert is_closed(connection)
    assert "began without a valid PROXY header" in listen_log()


@pytest.mark.parametrize("listener", ["", "tcp:", "tls:"])
@pytest.mark.parametrize("header", [proxy_v1("192.0.2.1", 5000), proxy_v2("192.0.2.1", 5000), proxy_v2_local()])
def test_nobody_else_may_send_one(program, listen, listener, header):
    port = listen(listener, "--plain-turn")
    connection = connect(port)
    connection.sendall(header + binding_request())
    assert is_closed(connection)
    own = connect(port)
    if listener == "tls:":
        own = start_tls(own, program.authority)
    assert address_seen(own).startswith("127.0.0.1:")


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


def test_the_web_behind_a_proxy(program, listen):
    port = listen()
    options = ["--interface", f"host!{PROXY}", "--haproxy-protocol", "--write-out", "%{http_code}"]
    assert get(f"https://localhost:{port}", program.authority, "/healthz", *options).stdout.endswith("200")
    # And directly, without a header.
    assert get(f"https://localhost:{port}", program.authority, "/healthz", *options[3:]).stdout.endswith("200")


def test_health_checks_leave_no_trace(program, listen, port):
    """Neither a connection that says LOCAL and ends, nor one that says nothing."""
    port = listen("", "--log-level", "info")
    for begin in (proxy_v2_local(), b"", proxy_v1("192.0.2.1", 5000)):
        connection = connect(port, PROXY)
        connection.sendall(begin)
        connection.close()
    # Answered only after what came before it.
    last = connect(port, PROXY)
    last.sendall(proxy_v1("192.0.2.1", 5000) + b"GET / HTTP/1.1\r\n\r\n")
    assert last.recv(10)
    log = server_log()
    assert PROXY not in log and "192.0.2.1" not in log
