# SPDX-License-Identifier: Apache-2.0
"""Who may come in, and by which name."""

import json
import ssl
import subprocess

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect as connect_websocket

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


def test_an_address_that_joins_all_the_time_is_sent_away(program, port):
    program.serve("--dev", "--listen", f"127.0.0.1:{port}", "--joins-per-second-per-address", "1")
    trust = ssl.create_default_context(cafile=program.authority)

    def socket():
        return connect_websocket(f"wss://localhost:{port}/ws", ssl=trust, origin=f"https://localhost:{port}")

    # 20 at once, and one for each second that this takes on a slow machine.
    for _ in range(200):
        with socket() as connection:
            try:
                connection.send(json.dumps({"type": "join", "room": "edge"}))
                assert json.loads(connection.recv(timeout=20))["type"] == "joined"
            except ConnectionClosed as closed:
                assert closed.rcvd.code == 1013
                return
    raise AssertionError("nobody was sent away")
