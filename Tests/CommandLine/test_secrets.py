# SPDX-License-Identifier: Apache-2.0
"""What nobody may read in a log, in an error, or in the list of processes."""

import base64
import hashlib
import hmac
import os
import time
from pathlib import Path

import pytest

from wire import connect

USER, PASSWORD = "carol-who-calls", "correct-horse-battery"
WRONG_PASSWORD = "guessed-by-a-stranger"
SECRET = "shared-with-nobody-else"
REALM = "turn.test"


def ephemeral() -> tuple[str, str]:
    """User name and password, as a service that knows the secret makes them."""
    name = f"{int(time.time()) + 600}:dave-who-answers"
    return name, base64.b64encode(hmac.digest(SECRET.encode(), name.encode(), "sha1")).decode()


@pytest.fixture
def server(program, tmp_path, port):
    """Everything secret in files, everything that happens in the log."""
    (tmp_path / "secrets").write_text(f"{SECRET}\n")
    (tmp_path / "users").write_text(f"{USER}:{PASSWORD}\n")
    return program.serve(
        "--dev", "--listen", f"127.0.0.1:{port}", "--log-level", "trace", "--realm", REALM,
        "--auth-secret-file", tmp_path / "secrets", "--user-file", tmp_path / "users",
    )


def probe(program, port, user, password) -> int:
    return program.run(
        "probe", f"turns:localhost:{port}", "--ca", str(program.authority), "--user", user,
        SWIFTTURN_PROBE_PASSWORD=password,
    ).returncode


def test_the_log_has_no_secret_and_no_user_name(program, server, port):
    name, password = ephemeral()
    assert probe(program, port, USER, PASSWORD) == 0
    assert probe(program, port, name, password) == 0
    assert probe(program, port, USER, WRONG_PASSWORD) != 0
    assert probe(program, port, "mallory%s", WRONG_PASSWORD) != 0
    with connect(port) as connection:
        connection.sendall(f"GET /?{PASSWORD} HTTP/1.1\r\n\r\n".encode())
        assert connection.recv(100)
    code, log = server.stop()
    assert code == 0 and "TURN client" in log, log
    key = hashlib.md5(f"{USER}:{REALM}:{PASSWORD}".encode()).hexdigest()
    for hidden in (USER, PASSWORD, WRONG_PASSWORD, SECRET, name, "dave", password, "mallory", key):
        assert hidden not in log


def test_others_on_the_machine_see_no_secret(server):
    for file in ("cmdline", "comm"):
        shown = Path(f"/proc/{server.process.pid}/{file}").read_bytes().decode()
        assert PASSWORD not in shown and SECRET not in shown
    # The environment and the memory are for the same user alone; a core file would be for whoever has the folder.
    assert os.stat(f"/proc/{server.process.pid}/environ").st_mode & 0o077 == 0


@pytest.mark.parametrize("option, text", [
    ("--user-file", PASSWORD),
    ("--user-file", f":{PASSWORD}"),
    ("--config", f"user: [{PASSWORD}]\n"),
    ("--config", f"auth-secret: {PASSWORD}: {SECRET}\n"),
    ("--config", f"relay: {{{PASSWORD}\n"),
])
def test_errors_do_not_repeat_what_may_be_a_secret(program, tmp_path, port, option, text):
    file = tmp_path / "given"
    file.write_text(text)
    result = program.run("serve", "--dev", "--listen", f"127.0.0.1:{port}", option, str(file))
    assert result.returncode in (66, 78), result.stderr
    assert PASSWORD not in result.stderr and SECRET not in result.stderr
