# SPDX-License-Identifier: Apache-2.0
"""`swiftturn users`, and a server that follows its user database."""

import json
import os
import pty
import sqlite3
import subprocess

import pytest


@pytest.fixture
def database(tmp_path):
    return tmp_path / "users.db"


def users(program, database, *arguments: str, **options) -> subprocess.CompletedProcess:
    environment = {**program.environment, "SWIFTTURN_USER_DATABASE": str(database)}
    return subprocess.run(
        [program.binary, "users", *arguments], env=environment, capture_output=True, text=True, timeout=60, **options)


def listed(program, database) -> list[dict]:
    result = users(program, database, "list", "--json")
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_add_list_remove(program, database):
    result = users(program, database, "add", "alice", "--realm", "example.org", input="open sesame\n")
    assert result.returncode == 0 and "added alice in realm example.org" in result.stderr
    assert database.stat().st_mode & 0o777 == 0o600
    assert b"open sesame" not in database.read_bytes()
    # The realm of all other users needs not be said again.
    assert users(program, database, "add", "bob", input="p").returncode == 0
    assert [(user["name"], user["realm"]) for user in listed(program, database)] == [
        ("alice", "example.org"), ("bob", "example.org")]
    assert listed(program, database)[0]["passwordAlgorithms"] == ["MD5", "SHA-256"]
    assert "changed alice" in users(program, database, "add", "alice", input="p").stderr
    assert users(program, database, "remove", "alice").returncode == 0
    assert users(program, database, "list").stdout.startswith("example.org\tbob\t")
    assert users(program, database, "remove", "alice").returncode == 66


def test_passwords_come_from_a_file_or_a_terminal(program, database, tmp_path):
    key = "SELECT hex(md5_key) FROM users WHERE name = ?"
    (tmp_path / "password").write_text("open sesame\nsecond line\n")
    result = users(program, database, "add", "file", "--realm", "r", "--password-file", str(tmp_path / "password"))
    assert result.returncode == 0, result.stderr
    assert ask(program, database, ["open sesame", "open sesame"]) == 0
    assert ask(program, database, ["open sesame", "another"]) == 78
    with sqlite3.connect(database) as connection:
        from hashlib import md5
        for name in ("file", "terminal"):
            expected = md5(f"{name}:r:open sesame".encode()).hexdigest().upper()
            assert connection.execute(key, [name]).fetchone() == (expected,)


def ask(program, database, answers: list[str]) -> int:
    """Adds a user at a terminal; what is typed must not be shown."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(program.binary, [program.binary, "users", "add", "terminal", "--realm", "r", "--database", database],
                  program.environment)
    shown = b""
    for prompt, answer in zip([b"Password for terminal: ", b"Again: "], answers):
        while not shown.endswith(prompt):
            shown += os.read(terminal, 1024)
        os.write(terminal, answer.encode() + b"\n")
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert b"sesame" not in shown
    os.close(terminal)
    return code


@pytest.mark.parametrize("arguments, code, words", [
    (["add", "alice"], 78, "--realm is required"),
    (["add", "", "--realm", "r"], 78, "user name"),
    (["add", "alice", "--realm", "r"], 78, "the password is empty"),
    (["add", "alice", "--realm", "r", "--password-file", "/nonexistent"], 66, "/nonexistent"),
    (["add", "alice", "--realm", "r", "--password", "x"], 64, "--password"),
    (["list"], 66, "No such file"),
    (["import", "/nonexistent"], 66, "/nonexistent"),
])
def test_errors_are_one_clear_line(program, database, arguments, code, words):
    result = users(program, database, *arguments, input="")
    assert result.returncode == code and words in result.stderr and result.stdout == ""


def test_two_realms_need_a_realm(program, database):
    for realm in ("a", "b"):
        assert users(program, database, "add", "alice", "--realm", realm, input="p").returncode == 0
    result = users(program, database, "remove", "alice")
    assert result.returncode == 78 and "one of a, b" in result.stderr
    assert users(program, database, "remove", "alice", "--realm", "a").returncode == 0
    assert [user["realm"] for user in listed(program, database)] == ["b"]


def test_import_from_coturns_database_and_text(program, database, tmp_path):
    with sqlite3.connect(tmp_path / "turndb") as connection:
        connection.execute("CREATE TABLE turnusers_lt (realm varchar(127), name varchar(512), hmackey char(128))")
        connection.execute("INSERT INTO turnusers_lt VALUES ('r', 'kept', ?)", ["0f" * 16])
    assert users(program, database, "import", str(tmp_path / "turndb")).returncode == 0
    (tmp_path / "text").write_text(f"alice:secret\nbob:0x{'10' * 16}\n")
    assert users(program, database, "import", str(tmp_path / "text"), "--realm", "r").returncode == 0
    assert [user["name"] for user in listed(program, database)] == ["alice", "bob", "kept"]
    assert [len(user["passwordAlgorithms"]) for user in listed(program, database)] == [2, 1, 1]


def probe(program, port: int, password: str) -> int:
    result = program.run(
        "probe", f"turns:127.0.0.1:{port}?transport=tcp", "--ca", str(program.authority), "--user", "alice", "--json",
        SWIFTTURN_PROBE_PASSWORD=password)
    return result.returncode


def wait_for_log(server, words: str) -> str:
    while words not in (line := server.process.stderr.readline()):
        assert line, "the server has ended"
    return line


def test_a_running_server_follows_its_database(program, database, port):
    assert users(program, database, "add", "other", "--realm", "r", input="p").returncode == 0
    server = program.serve("--dev", "--listen", f"127.0.0.1:{port}", "--realm", "r", "--user-database", str(database))
    assert probe(program, port, "secret") == 15
    users(program, database, "add", "alice", input="secret")
    wait_for_log(server, "users read again")
    assert probe(program, port, "secret") == 0 and probe(program, port, "wrong") == 15
    users(program, database, "remove", "alice")
    wait_for_log(server, "users read again")
    assert probe(program, port, "secret") == 15


def test_a_running_server_outlives_its_database(program, database, port):
    assert users(program, database, "add", "alice", "--realm", "r", input="secret").returncode == 0
    server = program.serve("--dev", "--listen", f"127.0.0.1:{port}", "--realm", "r", "--user-database", str(database))
    database.write_bytes(b"nonsense" * 1000)
    wait_for_log(server, "users not read again")
    assert probe(program, port, "secret") == 0
    database.unlink()
    assert users(program, database, "add", "bob", "--realm", "r", input="p").returncode == 0
    assert "users not read again" not in wait_for_log(server, "users ")
    assert probe(program, port, "secret") == 15


def test_a_server_does_not_start_without_its_database(program, database):
    result = program.run("serve", "--dev", "--user-database", str(database))
    assert result.returncode == 66 and str(database) in result.stderr
