# SPDX-License-Identifier: Apache-2.0
"""`swiftturn check`, `serve --print-config`, and what SIGHUP changes in a running server."""

import json
import signal
import socket

import pytest

from turn import Client
from wire import connect


def findings(result) -> list[tuple[str, str, str]]:
    return [tuple(line.split(maxsplit=2)) for line in result.stdout.splitlines()]


@pytest.fixture
def good(authority, tmp_path, port) -> list[str]:
    """Options that serve what they say."""
    certificate, key = authority.issue("localhost")
    key.chmod(0o600)
    users = tmp_path / "users"
    users.write_text("alice:wonder\n")
    users.chmod(0o600)
    return [
        "--certificate", str(certificate), "--private-key", str(key), "--listen", f"127.0.0.1:{port}",
        "--call-host", "localhost", "--user-file", str(users),
    ]


def test_check_says_what_would_be_served(program, good, port):
    result = program.run("check", *good, "--metrics-socket", "/run/x.sock")
    assert result.returncode == 0, result.stdout
    found = findings(result)
    assert not [finding for finding in found if finding[0] == "error"]
    expected = {
        "listener": f"127.0.0.1:{port} for web, TURN over TLS", "name": "call host localhost is 127.0.0.1",
        "relay": "closed", "realm": "localhost for all other clients: users: 1", "limits": "allocations-in-total 10000",
        "metrics": "/run/x.sock", "files": "2 with secrets, closed to others", "clock": "",
        "calls": f"https://localhost:{port}/, through turns:localhost:{port}?transport=tcp, relayed",
    }
    for subject, words in expected.items():
        assert any(level == "ok" and s == subject and words in text for level, s, text in found), (subject, found)
    # It opens what it checks no longer than that.
    assert program.run("check", *good).returncode == 0


def test_check_finds_what_nobody_gets_through_for(program, authority, good, tmp_path, port):
    certificate, key = authority.issue("else.test")
    old, old_key = authority.issue("old.test", days=-1)
    key.chmod(0o644)
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        result = program.run(
            "check", "--certificate", certificate, "--private-key", key, "--certificate", old, "--private-key", old_key,
            "--certificate", certificate, "--private-key", old_key,
            "--listen", f"127.0.0.1:{port}", "--call-host", "call.invalid", "--web-root", str(tmp_path),
            SWIFTTURN_CAL_HOST="x",
        )
    assert result.returncode == 78
    found = findings(result)
    for level, subject, words in [
        ("warn", "configuration", "SWIFTTURN_CAL_HOST (did you mean 'SWIFTTURN_CALL_HOST'?)"),
        ("error", "certificate", "expired"), ("error", "certificate", "does not match"),
        ("error", "certificate", "call.invalid: no certificate has this name"), ("warn", "name", "does not resolve"),
        ("error", "listener", "is taken"), ("warn", "files", f"'{key}' has mode 644"), ("error", "web-root", "index.html"),
    ]:
        assert any(f[:2] == (level, subject) and words in f[2] for f in found), (words, found)


def test_check_knows_the_running_server(program, good, port):
    program.serve(*good)
    result = program.run("check", *good)
    assert result.returncode == 0 and "a running swiftturn has it" in result.stdout, result.stdout


def test_check_tells_all_problems_of_a_file(program, tmp_path):
    path = tmp_path / "bad.yaml"
    path.write_text("cal-host: x\nrealm: [a]\n")
    result = program.run("check", "--config", str(path))
    assert result.returncode == 78
    assert [finding[:2] for finding in findings(result)] == [("error", "configuration")] * 2
    assert f"{path}:1: unknown option 'cal-host' (did you mean 'call-host'?)" in result.stdout


@pytest.mark.parametrize("text, words", [
    ("dev: true\nmetrics-token-file: {other}", "2: metrics-token-file '{other}' does not hold one token"),
    ("certificate: {other}\nprivate-key: /nonexistent", "2: private key file /nonexistent does not exist"),
    ("dev: true\n\noauth-key-file: {other}", "3: oauth-key-file '{other}', line 1: not KID"),
    ("dev: true\nweb-root: /nonexistent", "2: web-root '/nonexistent'"),
    ("config-version: 7", "1: 'config-version' 7 is of a newer swiftturn"),
])
def test_errors_name_file_line_and_key(program, authority, tmp_path, text, words):
    other = tmp_path / "other"
    other.write_text("short" if "certificate" not in text else authority.issue("a.test")[0].read_text())
    other.chmod(0o600)
    path = tmp_path / "server.yaml"
    path.write_text(text.format(other=other))
    result = program.run("serve", "--config", str(path))
    assert result.returncode in (66, 78)
    lines = [line for line in result.stderr.splitlines() if line.startswith("swiftturn:")]
    assert len(lines) == 1 and lines[0].startswith(f"swiftturn: {path}:{words.format(other=other)}"), result.stderr


def test_print_config_says_where_values_come_from(program, tmp_path):
    path = tmp_path / "server.yaml"
    path.write_text("call-host: call.test\nuser: ['alice:wonder']\n")
    result = program.run("serve", "--dev", "--print-config", "--config", str(path), SWIFTTURN_AUTH_SECRET="hunter2")
    assert result.returncode == 0 and result.stderr == ""
    lines = result.stdout.splitlines()
    assert f'call-host: "call.test"  # {path}:1' in lines and "dev: true  # flag --dev" in lines
    assert "hunter2" not in result.stdout and "wonder" not in result.stdout
    printed = tmp_path / "printed.yaml"
    printed.write_text(result.stdout)
    assert program.run("check", "--config", str(printed), "--listen", "127.0.0.1:0").returncode == 0


# Reloading

@pytest.fixture
def path(tmp_path):
    return tmp_path / "server.yaml"


@pytest.fixture
def serve(program, port, path):
    def start(text: str):
        path.write_text(f"listen: ['tcp:127.0.0.1:{port}']\nturn-host: turn.test\n{text}")
        return program.serve("--config", path)

    return start


def reload(server, path=None, text=None) -> str:
    """Gives the one line that the log says about it."""
    if text is not None:
        path.write_text(text)
    server.process.send_signal(signal.SIGHUP)
    while "configuration " not in (line := server.process.stderr.readline()):
        assert line, "the server has ended"
    return line


def allocate(port, user="alice", password="wonder") -> int:
    allocate.kept.append(Client(connect(port)))
    return allocate.kept[-1].allocate(user, password)


allocate.kept = []


def test_what_can_change_changes_at_once(serve, path, port):
    server = serve("user: 'alice:wonder'\n")
    assert allocate(port) == 0
    before = path.read_text()
    line = reload(server, path, before + "allocations-per-user: 1\nlog-level: debug\nevent-loops: 1\n")
    assert 'changed="allocations-per-user, log-level"' in line and "needs-restart=event-loops" in line
    assert allocate(port) == 486
    assert allocate.kept[-2].bind_channel(allocate.kept[-2]) != 401, "the allocation that there is goes on"
    line = reload(server, path, before.replace("wonder", "land") + "allocations-per-user: 9\n")
    assert 'changed="allocations-per-user, log-level, user"' in line
    assert allocate(port) == 401 and allocate(port, password="land") == 0
    assert "changed=nothing" in reload(server)


def test_all_stays_as_it_was_when_one_thing_is_wrong(serve, path, port):
    server = serve("user: 'alice:wonder'\n")
    before = path.read_text()
    line = reload(server, path, before.replace("wonder", "land") + "realms: [{name: a, hosts: turn.test, user: 'a:b'}]\n")
    assert "configuration not read again" in line and "'turn.test' is the TURN host" in line
    assert f"{path}:4" in line
    line = reload(server, path, before.replace("wonder", "land") + "evnt-loops: 1\n")
    assert f"{path}:4: unknown option 'evnt-loops' (did you mean 'event-loops'?)" in line
    assert "land" not in line
    path.unlink()
    assert "configuration not read again" in reload(server)
    assert allocate(port) == 0 and allocate(port, password="land") == 401


def test_secrets_change_for_who_issues_and_who_verifies(serve, path, port, program):
    def credential(secret):
        issued = json.loads(program.run("credentials", "--auth-secret", secret, "--json").stdout)
        return issued["username"], issued["password"]

    server = serve("auth-secret: north\n")
    north, south = credential("north"), credential("south")
    assert (allocate(port, *north), allocate(port, *south)) == (0, 401)
    assert "changed=auth-secret" in reload(server, path, path.read_text().replace("north", "south"))
    assert (allocate(port, *north), allocate(port, *south)) == (401, 0)
