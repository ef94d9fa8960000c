# SPDX-License-Identifier: Apache-2.0
"""Who may come in, and by which name."""

import ssl
import subprocess

import pytest

from wire import connect, start_tls


def location(url: str, *options: str) -> tuple[str, str]:
    """Status and Location of an answer."""
    command = ["curl", "--silent", "--show-error", "--output", "/dev/null", "--write-out", "%{http_code} %{redirect_url}"]
    result = subprocess.run([*command, *options, url], capture_output=True, text=True, timeout=20)
    return tuple(result.stdout.split(" "))


def test_http_on_a_port_of_its_own_leads_to_https(program, port, other_port):
    program.serve("--dev", "--listen", f"127.0.0.1:{port}", "--redirect-http", f"127.0.0.1:{other_port}")
    plain = f"http://127.0.0.1:{other_port}"
    assert location(f"{plain}/r/x?y=z") == ("301", f"https://127.0.0.1:{port}/r/x?y=z")
    assert location(plain, "--header", "Host: call.test") == ("301", f"https://call.test:{port}/")
    assert location(plain, "--header", "Host: [::1]") == ("301", f"https://[::1]:{port}/")
    assert location(plain, "--header", "Host: a b") == ("400", "")
    # Nothing else is served there.
    with connect(other_port) as connection, pytest.raises((ssl.SSLError, ConnectionError)):
        start_tls(connection, program.authority)


def test_a_redirect_needs_somewhere_to_go(program, port):
    result = program.run("serve", "--dev", "--listen", f"tls:127.0.0.1:{port}", "--redirect-http", "127.0.0.1:80")
    assert result.returncode == 78
    assert result.stderr == (
        "swiftturn: redirect-http has nothing to redirect to: no listener serves the web app\n"
    )


def test_a_redirect_has_an_address(program):
    result = program.run("serve", "--dev", "--redirect-http", "80")
    assert result.returncode == 78
    assert "redirect-http '80' is not ADDR:PORT" in result.stderr


def test_no_certificate_of_another_name_is_shown(program, port):
    server = program.serve("--dev", "--listen", f"127.0.0.1:{port}")
    with connect(port) as connection, pytest.raises(ssl.SSLError, match="(?i)unrecognized.name"):
        start_tls(connection, program.authority, name="secret.example")
    for name in ("localhost", "127.0.0.1"):
        with connect(port) as connection:
            start_tls(connection, program.authority, name=name)
    assert server.stop()[0] == 0


def test_certificates_of_other_names_are_shown_when_wanted(program, port):
    program.serve("--dev", "--listen", f"127.0.0.1:{port}", "--serve-unknown-names")
    with connect(port) as connection, pytest.raises(ssl.SSLCertVerificationError, match="(?i)hostname mismatch"):
        start_tls(connection, program.authority, name="secret.example")


UPGRADE = (
    "GET /ws HTTP/1.1\r\nHost: localhost:{port}\r\nOrigin: https://localhost:{port}\r\nUpgrade: websocket\r\n"
    "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)
JOIN = b'{"type":"join","room":"edge"}'


def first_frame(port, authority) -> bytes:
    """What a new member of a room is sent first: the opcode of the frame and the begin of its payload."""
    with start_tls(connect(port), authority) as connection:
        # With a mask of zeros (RFC 6455, section 5.3).
        frame = bytes([0x81, 0x80 | len(JOIN), 0, 0, 0, 0]) + JOIN
        connection.sendall(UPGRADE.format(port=port).encode() + frame)
        received = b""
        while len(received.partition(b"\r\n\r\n")[2]) < 4:
            received += connection.recv(4096)
        return received.partition(b"\r\n\r\n")[2]


def test_an_address_that_joins_all_the_time_is_sent_away(program, port):
    program.serve("--dev", "--listen", f"127.0.0.1:{port}", "--joins-per-second-per-address", "1")
    # 20 at once, and one for each second that this takes on a slow machine.
    for _ in range(200):
        frame = first_frame(port, program.authority)
        if frame[0] == 0x88:
            assert int.from_bytes(frame[2:4], "big") == 1013
            return
        assert frame[0] == 0x81
    raise AssertionError("nobody was sent away")
