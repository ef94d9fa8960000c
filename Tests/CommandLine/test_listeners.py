# SPDX-License-Identifier: Apache-2.0
"""What each kind of listener serves, and what it does not."""

import ssl
import subprocess

import pytest

from wire import binding_request, connect, is_closed, mapped_address, openssl_client, read_message, start_tls

GET = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"


def is_answered(connection) -> bool:
    request = binding_request()
    connection.sendall(request)
    return read_message(connection)[8:20] == request[8:]


def test_a_tcp_listener_serves_turn_without_tls_and_nothing_else(program, port):
    program.serve("--dev", "--listen", f"tcp:127.0.0.1:{port}")
    connection = connect(port)
    connection.sendall(binding_request())
    assert mapped_address(read_message(connection)) == "127.0.0.1:%d" % connection.getsockname()[1]
    for other in (GET, b"\x16\x03\x01\x00\x05hello", b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n"):
        connection = connect(port)
        connection.sendall(other)
        assert is_closed(connection)


def test_a_tls_listener_serves_turn_inside_tls_and_nothing_else(program, port):
    program.serve("--dev", "--listen", f"tls:127.0.0.1:{port}", "--plain-turn")
    assert is_answered(start_tls(connect(port), program.authority))
    secure = start_tls(connect(port), program.authority)
    secure.sendall(GET)
    assert is_closed(secure)
    for other in (GET, binding_request()):
        connection = connect(port)
        connection.sendall(other)
        assert is_closed(connection)


def test_a_server_without_tls_needs_no_certificate(program, port):
    server = program.serve("--listen", f"tcp:127.0.0.1:{port}", "--turn-host", "turn.test", "--user", "a:b")
    assert server.url == f"turn:turn.test:{port}?transport=tcp"
    result = program.run("probe", f"turn:127.0.0.1:{port}?transport=tcp", "--user", "a", "--password", "b")
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_log_tells_what_is_served(program, port, authority):
    certificate, key = authority.issue("call.test")
    server = program.serve(
        "--certificate", certificate, "--private-key", key, "--listen", f"127.0.0.1:{port}/web", "--plain-turn",
        "--listen", "tls:127.0.0.1:0", "--listen", "tcp:127.0.0.1:0",
    )
    log = server.stop()[1].splitlines()
    listening = [line for line in log if "listening" in line]
    assert len(listening) == 3
    assert f"address=127.0.0.1:{port} serves=web" in listening[0]
    assert "address=tls:127.0.0.1:" in listening[1] and "serves=\"TURN over TLS\"" in listening[1]
    assert "address=tcp:127.0.0.1:" in listening[2] and "serves=\"TURN over TCP\"" in listening[2]
    assert ":0 " not in "".join(listening)
    assert [line for line in log if "mode=closed" in line]


@pytest.mark.parametrize("options, word", [
    (["--relay", "open"], "--relay-address"), (["--allow-peer", "10.0.0.0/8"], "allow-peer"),
    (["--proxy-protocol-from", "proxy"], "proxy-protocol-from 'proxy'"), (["--relay-ports", "5"], "relay-ports '5'"),
    (["--listen", "sctp:127.0.0.1:1"], "sctp:127.0.0.1:1"), (["--listen", "udp:127.0.0.1"], "udp:127.0.0.1"),
])
def test_errors_are_one_clear_line(program, options, word):
    result = program.run("serve", "--dev", *options)
    assert result.returncode == 78 and result.stdout == ""
    lines = [line for line in result.stderr.splitlines() if line.startswith("swiftturn:")]
    assert len(lines) == 1 and word in lines[0]


# ALPN (RFC 7301, RFC 7443).

@pytest.mark.parametrize("offer, listener, agreed", [
    ("stun.turn", "", "stun.turn"), ("stun.nat-discovery", "", "stun.nat-discovery"), ("http/1.1", "", "http/1.1"),
    ("h2,http/1.1", "", "h2"), ("h2,stun.turn", "", "stun.turn"), ("webrtc", "", None), ("h2", "/turn", None),
    ("http/1.1", "/turn", None), ("stun.turn", "/turn", "stun.turn"), ("stun.turn", "/web", None),
])
def test_protocols_agreed_on(program, port, offer, listener, agreed):
    program.serve("--dev", "--listen", f"127.0.0.1:{port}{listener}")
    told = openssl_client(port, "-alpn", offer)
    assert (f"ALPN protocol: {agreed}" if agreed else "No ALPN negotiated") in told


@pytest.mark.parametrize("offer", [["stun.turn"], ["stun.nat-discovery"], ["http/1.1"], ["webrtc"], []])
def test_turn_is_served_whatever_the_client_offers(program, port, offer):
    program.serve("--dev", "--listen", f"127.0.0.1:{port}")
    assert is_answered(start_tls(connect(port), program.authority, offer))


@pytest.mark.parametrize("offer", ["stun.turn", "stun.nat-discovery"])
@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_who_agreed_to_stun_gets_no_web(program, port, offer, version):
    program.serve("--dev", "--listen", f"127.0.0.1:{port}")
    assert "HTTP/1.1 200" in openssl_client(port, version, "-quiet", "-ign_eof", "-alpn", "http/1.1", data=GET.replace(
        b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
    assert "HTTP/1.1" not in openssl_client(port, version, "-quiet", "-ign_eof", "-alpn", offer, data=GET)


# Browsers do so for TURN, too: in a call of four, every other connection is one that came back.
@pytest.mark.parametrize("version", (ssl.TLSVersion.TLSv1_3, ssl.TLSVersion.TLSv1_2))
@pytest.mark.parametrize("request_of", (lambda: GET, binding_request), ids=("web", "turn"))
def test_who_comes_back_resumes_the_session(program, port, version, request_of):
    program.serve("--dev", "--listen", f"127.0.0.1:{port}")
    context = ssl.create_default_context(cafile=program.authority)
    context.minimum_version = context.maximum_version = version
    session = None
    # A ticket of TLS 1.3 is used once: who has used one gets another.
    for is_resumed in (False, True, True):
        with context.wrap_socket(connect(port), server_hostname="localhost", session=session) as secure:
            secure.sendall(request_of())
            assert secure.recv(4096)
            assert secure.session_reused == is_resumed
            session = secure.session
