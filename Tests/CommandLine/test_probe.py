# SPDX-License-Identifier: Apache-2.0
"""`swiftturn probe` and `swiftturn credentials` against a server."""

import base64
import hashlib
import hmac
import json
import socket
import struct
import threading
import time

import pytest

SECRET = "north by northwest"


@pytest.fixture
def server(program, port, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text(SECRET + "\n")
    users = tmp_path / "users"
    users.write_text("alice:wonder land\n%s'\"\\n:percent\n")
    return program.serve(
        "--dev", "--listen", f"127.0.0.1:{port}", "--auth-secret-file", str(secret), "--user-file", str(users),
        "--plain-turn", "--log-level", "trace",
    )


def probe(program, uri, *arguments, **environment):
    result = program.run("probe", uri, "--json", *arguments, **environment)
    return result, json.loads(result.stdout)


def uri(port, scheme="turns", host="localhost"):
    return f"{scheme}:{host}:{port}?transport=tcp"


def test_every_step(program, server, port, tmp_path):
    trust = ["--ca", str(program.authority)]
    result, report = probe(program, uri(port), *trust, "--auth-secret-file", str(tmp_path / "secret"))
    assert result.returncode == 0, report
    assert [step["step"] for step in report["steps"]] == [
        "DNS", "TCP", "TLS", "Binding", "Challenge", "Allocate", "Permission", "Channel", "Data", "Throughput"]
    code, log = server.stop()
    assert code == 0
    assert SECRET not in log and "wonder land" not in log


def test_long_term_users_and_plain_tcp(program, server, port):
    for user, password in [("alice", "wonder land"), ("%s'\"\\n", "percent")]:
        result, report = probe(program, uri(port, "turn"), "--user", user, "--password", password)
        assert result.returncode == 0, report
    result, _ = probe(program, uri(port, "turn"), "--user", "alice", SWIFTTURN_PROBE_PASSWORD="wonder land")
    assert result.returncode == 0


def test_without_credentials_it_stops_at_the_challenge(program, server, port):
    result, report = probe(program, uri(port), "--ca", str(program.authority))
    assert result.returncode == 0
    assert report["steps"][-1]["step"] == "Challenge" and "--user" in report["note"]


@pytest.mark.parametrize("target, arguments, code, step, words", [
    ("turns:nothing.invalid:443", [], 10, "DNS", "nothing.invalid"),
    ("turns:127.0.0.1:1", [], 11, "TCP", "refuses"),
    ("turns:localhost:{port}", [], 12, "TLS", "swiftturn development CA"),
    ("turns:127.0.0.2.nip.invalid", [], 10, "DNS", "resolve"),
    ("turns:localhost:{port}", ["--insecure", "--user", "alice", "--password", "wrong"], 15, "Allocate", "401"),
])
def test_the_failing_step_is_named(program, server, port, target, arguments, code, step, words):
    result, report = probe(program, target.format(port=port), *arguments)
    assert result.returncode == code, report
    assert report["steps"][-1]["step"] == step and words in report["steps"][-1]["detail"]
    assert len(result.stderr.splitlines()) == 1 and f"fails at {step}" in result.stderr


def test_a_port_that_is_not_turn(program, port):
    program.serve("--dev", "--listen", f"127.0.0.1:{port}/web")
    result, report = probe(program, uri(port), "--ca", str(program.authority))
    assert result.returncode == 13 and report["steps"][-1]["step"] == "Binding"
    result, _ = probe(program, uri(port, "turn"))
    assert result.returncode == 13


def test_a_port_that_is_not_tls(program):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        start = time.monotonic()
        result, report = probe(program, uri(port))
    assert result.returncode == 12 and time.monotonic() - start < 30, report


def answer_second_binding(listener: socket.socket):
    """A STUN server on UDP that loses the first request."""
    first, _ = listener.recvfrom(2048)
    request, (host, port) = listener.recvfrom(2048)
    assert request == first
    address = struct.pack("!I", struct.unpack("!I", socket.inet_aton(host))[0] ^ 0x2112A442)
    attribute = struct.pack("!HHBBH", 0x0020, 8, 0, 1, port ^ 0x2112) + address
    listener.sendto(struct.pack("!HH", 0x0101, len(attribute)) + request[4:20] + attribute, (host, port))


def test_stun_over_udp_is_sent_again(program):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listener:
        listener.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=answer_second_binding, args=[listener], daemon=True)
        thread.start()
        result, report = probe(program, f"stun:127.0.0.1:{listener.getsockname()[1]}")
        thread.join(timeout=10)
    assert result.returncode == 0, report
    assert "127.0.0.1:" in report["steps"][-1]["detail"]


def test_bad_uris(program):
    for bad in ("http://x", "turn:", "turns:x?transport=udp"):
        result = program.run("probe", bad)
        assert result.returncode == 78 and bad in result.stderr


def test_credentials_are_the_rest_convention(program):
    now = int(time.time())
    result = program.run("credentials", "--auth-secret", SECRET, "--user", "alice", "--ttl", "60", "--json")
    issued = json.loads(result.stdout)
    expiry, user = issued["username"].split(":")
    assert user == "alice" and now + 59 <= int(expiry) <= now + 61 and issued["expires"] == int(expiry)
    mac = hmac.new(SECRET.encode(), issued["username"].encode(), hashlib.sha1).digest()
    assert issued["password"] == base64.b64encode(mac).decode()
    assert issued["iceServers"][0]["username"] == issued["username"]


def test_credentials_with_a_room(program, server, port):
    issued = json.loads(program.run("credentials", "--auth-secret", SECRET, "--room", "a b", "--json").stdout)
    assert issued["username"].endswith("#room=YSBi")
    result, report = probe(
        program, uri(port), "--ca", str(program.authority), "--user", issued["username"], "--password", issued["password"])
    assert result.returncode == 0, report


def test_credentials_errors(program):
    assert program.run("credentials").returncode == 78
    assert program.run("credentials", "--auth-secret", "x", "--ttl", "0").returncode == 78
    assert program.run("credentials", "--auth-secret-file", "/nonexistent").returncode == 66


def test_a_server_sends_on_to_another(program, port, other_port):
    users = ["--user", "alice:wonder", "--turn-host", "turn.test"]
    program.serve("--listen", f"tcp:127.0.0.1:{port}", "--alternate-server", f"127.0.0.1:{other_port}",
                  "--alternate-server-threshold", "0", *users)  # fmt: skip
    result, report = probe(program, uri(port, "turn", "127.0.0.1"), "--user", "alice", "--password", "wonder")
    assert result.returncode == 15 and "refuses the connection" in report["steps"][-1]["detail"]
    program.serve("--listen", f"tcp:127.0.0.1:{other_port}", *users)
    result, report = probe(program, uri(port, "turn", "127.0.0.1"), "--user", "alice", "--password", "wonder")
    assert result.returncode == 0, report
    assert json.dumps(report).count(f"sent on to 127.0.0.1:{other_port}") == 1


def test_servers_that_name_each_other_are_not_followed_around(program, port, other_port):
    for here, there in ((port, other_port), (other_port, port)):
        program.serve("--listen", f"tcp:127.0.0.1:{here}", "--alternate-server", f"127.0.0.1:{there}",
                      "--alternate-server-threshold", "0", "--user", "alice:wonder", "--turn-host", "turn.test")  # fmt: skip
    result, report = probe(program, uri(port, "turn", "127.0.0.1"), "--user", "alice", "--password", "wonder")
    assert result.returncode == 15 and f"sent on to 127.0.0.1:{port}" in report["steps"][-1]["detail"]
