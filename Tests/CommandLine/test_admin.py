# SPDX-License-Identifier: Apache-2.0
"""The administration of a running server, by its Unix socket, by its port, and by the commands."""

import json
import os
import pty
import re
import signal
import socket
import stat
import subprocess
import time

import pytest

from admin import TOKEN, Admin, Member
from metrics import curl
from turn import Client
from wire import connect, is_closed, start_tls


@pytest.fixture
def token_file(tmp_path):
    path = tmp_path / "admin-token"
    path.write_text(TOKEN + "\n")
    path.chmod(0o600)
    return path


@pytest.fixture
def path(tmp_path):
    return tmp_path / "admin.sock"


@pytest.fixture
def server(program, port, token_file, path):
    return program.serve(
        "--dev", "--listen", f"127.0.0.1:{port}", "--turn-host", "turn.test", "--user", "alice:wonder",
        "--user", "bob:builder", "--admin-socket", path, "--admin-token-file", token_file,
    )


@pytest.fixture
def admin(server, path):
    return Admin.by_socket(path)


@pytest.fixture
def remote(server, program, port):
    return Admin.by_port(port, program.authority)


@pytest.fixture
def allocate(program, server, port):
    clients = []

    def allocate(user="alice", password="wonder"):
        clients.append(Client(start_tls(connect(port), program.authority)))
        assert clients[-1].allocate(user, password) == 0
        return clients[-1]

    return allocate


@pytest.fixture
def join(program, server, port):
    members = []

    def join(room, **more):
        members.append(Member(start_tls(connect(port), program.authority), room, **more))
        return members[-1]

    return join


@pytest.fixture
def command(program, server, path):
    return lambda *arguments: program.run(*map(str, arguments), "--socket", str(path))


def await_true(condition):
    deadline = time.monotonic() + 15
    while not condition():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.02)


# What there is.


def test_a_status(admin, allocate, join):
    allocate(), join("kitchen", name="Alice")
    status = admin.get("status")
    assert status["version"] == "0.1.0" and status["state"] == "serving" and status["logLevel"] == "info"
    assert status["allocations"] == {"udp": 0, "tcp": 0, "tls": 1}
    assert (status["rooms"], status["members"], status["waiting"], status["websockets"]) == (1, 1, 0, 1)
    assert status["startedAt"] <= status["now"] <= time.time() + 1
    assert status["residentBytes"] > 1e6 and status["openFiles"] > 5 and status["tlsHandshakes"] >= 2
    assert len(status["queueDelay"]["counts"]) == len(status["queueDelay"]["bounds"]) + 1
    assert [each["name"] for each in status["certificates"]] == ["localhost"]


def test_sessions(admin, allocate):
    one, other = allocate(), allocate("bob", "builder")
    assert one.bind_channel(other) == 0
    other.bind_channel(one)
    one.connection.sendall(b"\x40\x00\x00\x04ping")
    assert other.connection.recv(100) == b"\x40\x00\x00\x04ping"
    listing = admin.get("sessions")
    assert listing["total"] == 2
    session = next(each for each in listing["sessions"] if each["user"] == "alice")
    assert session["realm"] == "turn.test" and session["transport"] == "tls" and session["channels"] == 1
    assert session["permissions"] == 1 and session["droppedPackets"] == 0 and session["queueDelaySeconds"] == 0
    assert session["client"] == "127.0.0.1:%d" % one.connection.getsockname()[1]
    assert len(session["relayed"]) == 1 and session["relayed"][0].startswith("192.0.0.8:")
    assert (session["packetsFromClient"], session["packetsToClient"]) == (4, 3)
    assert session["bytesFromClient"] > 200 and session["bytesToClient"] > 200 and session["bytesPerSecond"] >= 0
    assert abs(session["startedAt"] - time.time()) < 30 and 500 < session["expiresAt"] - time.time() < 610
    assert admin.get("sessions?limit=1&sort=age")["sessions"][0]["user"] == "alice"
    assert len(admin.get("sessions?limit=1")["sessions"]) == 1 and admin.get("sessions?limit=1")["total"] == 2


def test_rooms(admin, join):
    host = join("kitchen", name="Alice", resume=True)
    host.send({"type": "room", "pin": "4711", "locked": True})
    assert host.receive()["type"] == "room"
    join("kitchen", name="Eve", knock=True)
    listing = admin.get("rooms")
    assert "4711" not in json.dumps(listing) and host.answer["resumeToken"] not in json.dumps(listing)
    (room,) = listing["rooms"]
    assert listing["total"] == 1 and (room["name"], room["locked"], room["hasPIN"], room["waiting"]) == ("kitchen", True, True, 1)
    (member,) = room["members"]
    assert member["id"] == host.answer["peerId"] and member["name"] == "Alice" and member["address"] == "127.0.0.1"
    assert member["away"] is False and abs(member["joinedAt"] - time.time()) < 30
    host.connection.close()
    await_true(lambda: admin.get("rooms")["rooms"][0]["members"][0]["away"])


# Changes.


def test_a_session_is_ended(admin, allocate, server):
    client, other = allocate(), allocate("bob", "builder")
    session = next(each for each in admin.get("sessions")["sessions"] if each["user"] == "alice")["id"]
    assert admin.ask("POST", "kick", {"session": session}) == (200, {"ended": 1})
    assert is_closed(client.connection)
    assert [each["user"] for each in admin.get("sessions")["sessions"]] == ["bob"]
    assert admin.ask("POST", "kick", {"session": session})[0] == 404
    assert admin.ask("POST", "kick", {"user": "bob"}) == (200, {"ended": 1})
    assert is_closed(other.connection)
    allocate()
    log = server.stop()[1]
    assert re.search(rf'notice +"?session ended"? by=admin-socket session={session}', log), log
    assert "sessions of a user ended" in log and 'reason="ended by an administrator"' in log


def test_a_session_over_udp_is_ended(program, port, path):
    program.serve(
        "--dev", "--listen", f"127.0.0.1:{port}", "--listen", f"udp:127.0.0.1:{port}", "--turn-host", "turn.test",
        "--user", "alice:wonder", "--admin-socket", path,
    )
    admin = Admin.by_socket(path)
    with socket.socket(type=socket.SOCK_DGRAM) as connection:
        connection.settimeout(15)
        connection.connect(("127.0.0.1", port))
        client = Client(connection)
        assert client.allocate("alice", "wonder") == 0
        (session,) = admin.get("sessions")["sessions"]
        assert session["transport"] == "udp" and session["packetsFromClient"] + session["packetsToClient"] >= 1
        assert session["client"] == "127.0.0.1:%d" % connection.getsockname()[1]
        assert admin.ask("POST", "kick", {"session": session["id"]}) == (200, {"ended": 1})
        assert admin.get("sessions")["total"] == 0 and admin.get("status")["allocations"]["udp"] == 0
        assert client.allocate("alice", "wonder") == 0, "the address may come again"
        assert admin.get("sessions")["sessions"][0]["id"] != session["id"]


def test_a_member_is_sent_out_with_its_media(admin, join, allocate, program, port):
    alice, bob = join("kitchen", resume=True), join("kitchen")
    assert alice.receive()["type"] == "peer-joined"
    (ice,) = alice.answer["iceServers"]
    media = Client(start_tls(connect(port), program.authority))
    assert media.allocate(ice["username"], ice["credential"]) == 0
    assert admin.get("sessions")["sessions"][0]["user"] == alice.answer["peerId"]
    assert admin.ask("POST", "kick", {"member": alice.answer["peerId"]}) == (200, {"ended": 1})
    assert alice.receive() == {"close": 4000} and is_closed(media.connection)
    assert bob.receive() == {"type": "peer-left", "peerId": alice.answer["peerId"]}
    assert admin.ask("POST", "kick", {"member": alice.answer["peerId"]})[0] == 404
    assert admin.get("rooms")["rooms"][0]["members"][0]["id"] == bob.answer["peerId"]


def test_a_room_is_closed_and_not_named(admin, join, server):
    members = [join("kitchen"), join("kitchen"), join("hall")]
    assert admin.ask("POST", "kick", {"room": "kitchen"}) == (200, {"ended": 2})
    for member in members[:2]:
        while "close" not in (message := member.receive()):
            pass
        assert message == {"close": 4000}
    assert [room["name"] for room in admin.get("rooms")["rooms"]] == ["hall"]
    log = server.stop()[1]
    assert "room closed" in log and "kitchen" not in log


def test_it_drains_and_serves_again(admin, allocate, join, program, port):
    client, member = allocate(), join("kitchen")
    assert admin.ask("POST", "drain", {}) == (200, {"state": "draining"})
    assert admin.get("status")["state"] == "draining"
    stranger = Client(start_tls(connect(port), program.authority))
    assert stranger.allocate("bob", "builder") == 508
    assert join("kitchen").answer["code"] == "server-full" and join("hall").answer["code"] == "server-full"
    assert client.bind_channel(client) in (0, 403), "what there is goes on"
    member.send({"type": "chat", "text": "still here"})
    assert member.receive()["type"] == "chat"
    assert admin.ask("POST", "drain", {"state": "serving"}) == (200, {"state": "serving"})
    assert stranger.allocate("bob", "builder") == 0
    assert join("hall").answer["type"] == "joined"


def test_the_log_level_changes(admin, server, allocate):
    assert admin.ask("PUT", "loglevel", {"level": "debug"}) == (200, {"logLevel": "debug"})
    assert admin.get("status")["logLevel"] == "debug"
    allocate()
    assert admin.ask("PUT", "loglevel", {"level": "error"}) == (200, {"logLevel": "error"})
    assert admin.ask("PUT", "loglevel", {"level": "loud"})[0] == 400
    allocate()
    log = server.stop()[1]
    assert log.count("TURN client connected") == 1 and log.count("log level changed") == 2


# Who may.


def test_who_has_the_token_may(remote, allocate):
    allocate()
    status = remote.get("status")
    assert status["allocations"]["tls"] == 1 and remote.headers["Cache-Control"] == "no-store"
    assert remote.headers["X-Content-Type-Options"], "it has the headers of everything on this port"
    assert remote.ask("POST", "kick", {"user": "alice"}) == (200, {"ended": 1})


def test_who_has_not_may_not(program, port, server):
    for token in (None, "x" * 32, TOKEN + "x"):
        stranger = Admin.by_port(port, program.authority, token)
        status, answer = stranger.ask("GET", "status")
        assert status == 401 and answer.keys() == {"error"}
        assert stranger.headers["WWW-Authenticate"] == "Bearer" and stranger.headers["Cache-Control"] == "no-store"
        assert stranger.ask("POST", "drain", {})[0] == 401
    guesser = Admin.by_port(port, program.authority, "y" * 32)
    assert [guesser.ask("GET", "status")[0] for _ in range(3)] == [401, 429, 429]
    assert TOKEN not in server.stop()[1]


def test_what_is_wrong_is_refused(remote, admin):
    for one in (remote, admin):
        assert one.ask("GET", "kick")[0] == 405 and one.headers["Allow"] == "POST"
        assert one.ask("DELETE", "status")[0] == 405
        assert one.ask("GET", "secrets")[0] == 404
        assert one.ask("POST", "kick", {})[0] == 400
        assert one.ask("POST", "kick", b"\xff", Content_Type="application/json")[0] == 400
        assert one.ask("POST", "kick", {"user": "x" * 100_000})[0] == 413
        assert one.ask("GET", "sessions?limit=1001")[0] == 400
    assert remote.ask("POST", "drain", b"state=draining")[0] == 415
    assert remote.ask("POST", "drain", {}, Origin="https://elsewhere.example")[0] == 403
    assert admin.get("status")["state"] == "serving"


def test_a_body_that_never_ends_is_cut(admin):
    def endless():
        for _ in range(1000):
            yield b"x" * 1000

    connection = admin._connect()
    try:
        connection.request("POST", "/admin/api/drain", endless(), encode_chunked=True)
        assert connection.getresponse().status == 413
    except (BrokenPipeError, ConnectionResetError):
        pass
    assert admin.get("status")["state"] == "serving"


def test_unknown_names_cost_nothing(admin, server):
    def resident():
        return admin.get("status")["residentBytes"]

    def guess(count):
        for _ in range(count):
            name = os.urandom(8).hex()
            for key in ("session", "user", "member", "room"):
                assert admin.ask("POST", "kick", {key: name})[0] == 404

    guess(100)
    before = resident()
    guess(400)
    assert resident() - before < 2_000_000


def test_the_socket_is_for_user_and_group(admin, path, server):
    assert stat.S_IMODE(path.stat().st_mode) == 0o660
    answer = curl("--include", "--unix-socket", path, "http://localhost/").stdout
    assert answer.startswith("HTTP/1.1 404 ") and '"error"' in answer
    assert server.stop()[0] == 0 and not path.exists()


def test_without_options_there_is_nothing(program, port):
    server = program.serve("--dev", "--listen", f"127.0.0.1:{port}")
    for place in ("admin", "admin.html", "/admin.html", "%61dmin.html", "admin/api/status"):
        answer = curl(
            "--include", "--cacert", program.authority, "--oauth2-bearer", TOKEN, "--header", "Sec-Fetch-Mode: navigate",
            server.url + place,
        ).stdout
        assert answer.startswith("HTTP/2 404 "), place


def test_metrics_need_their_own_token(program, server):
    answer = curl("--include", "--cacert", program.authority, "--oauth2-bearer", TOKEN, server.url + "metrics")
    assert answer.stdout.startswith("HTTP/2 404 ")


# Commands.


def test_commands_tell(command, allocate, join):
    allocate(), join("kitchen", name="Alice")
    result = command("status")
    assert result.returncode == 0 and re.match(r"swiftturn \S+  serving  up \d+ m?i?n?s?", result.stdout), result
    assert "allocations  1 (tls 1, tcp 0, udp 0)\n" in result.stdout and "1 room, 1 member" in result.stdout
    assert "\x1b" not in result.stdout
    assert json.loads(command("status", "--json").stdout)["allocations"]["tls"] == 1
    lines = command("sessions", "--sort", "age").stdout.splitlines()
    assert len(lines) == 2 and lines[0].startswith("SESSION  ") and "  alice  tls  127.0.0.1:" in lines[1]
    assert json.loads(command("sessions", "--json", "--limit", 1).stdout)["total"] == 1
    rooms = command("rooms").stdout
    assert "kitchen  1 member" in rooms and "\x1b" not in rooms
    assert json.loads(command("rooms", "--json").stdout)["rooms"][0]["name"] == "kitchen"


def test_commands_change(command, allocate, admin):
    client = allocate()
    session = admin.get("sessions")["sessions"][0]["id"]
    result = command("kick", "--session", session)
    assert (result.returncode, result.stdout) == (0, "ended: 1 session\n") and is_closed(client.connection)
    result = command("kick", "--user", "alice")
    assert result.returncode == 67 and result.stderr.startswith("swiftturn: No session") and result.stderr.count("\n") == 1
    assert command("loglevel", "debug").stdout == "log level debug\n"
    assert command("loglevel", "loud").returncode == 78
    assert command("kick").returncode == 64


def test_drain_waits(command, allocate, admin, program, path):
    client = allocate()
    result = command("drain", "--wait", "--timeout", 0)
    assert result.returncode == 75 and "1 allocation left\n" in result.stderr
    arguments = [program.binary, "drain", "--wait", "--socket", path]
    waiting = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert waiting.stderr.readline() == "1 allocation left\n"
    client.connection.close()
    output = waiting.communicate(timeout=15)[0]
    assert waiting.returncode == 0 and output.endswith("no allocation is left\n")
    assert command("drain", "--undo").stdout == "serving\n" and admin.get("status")["state"] == "serving"


def test_watch_gives_a_line_each_second_and_ends_at_interrupt(server, program, path):
    arguments = [program.binary, "status", "--watch", "--socket", path]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    lines = [process.stdout.readline() for _ in range(2)]
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=15)
    assert process.returncode == 0 and errors == ""
    for line in lines:
        assert re.match(r"\d{4}-\d\d-\d\dT\S+Z  serving  0 allocations  0 bit/s in, 0 bit/s out  ", line), line


def test_watch_fills_a_terminal_and_leaves_it_as_it_was(server, program, path):
    leader, follower = pty.openpty()
    arguments = [program.binary, "status", "--watch", "--socket", path]
    process = subprocess.Popen(arguments, stdout=follower, stderr=subprocess.PIPE)
    os.close(follower)
    shown = b""
    while shown.count(b"\x1b[H") < 2:
        shown += os.read(leader, 65536)
    process.send_signal(signal.SIGINT)
    assert process.wait(timeout=15) == 0
    try:
        while part := os.read(leader, 65536):
            shown += part
    except OSError:
        pass
    assert shown.startswith(b"\x1b[?1049h") and shown.endswith(b"\x1b[?1049l")
    assert b"There are no sessions." in shown and b"\x1b[32mserving" in shown


@pytest.mark.parametrize("name", ["status", "sessions", "rooms", "drain"])
def test_a_server_that_is_not_there(program, tmp_path, name):
    result = program.run(name, "--socket", str(tmp_path / "none.sock"))
    assert result.returncode == 69 and "--admin-socket" in result.stderr and result.stderr.count("\n") == 1
    result = program.run(name, SWIFTTURN_ADMIN_SOCKET=str(tmp_path / "other.sock"))
    assert result.returncode == 69 and "other.sock" in result.stderr


def test_a_server_that_was_killed(server, program, path):
    server.process.kill()
    server.process.wait()
    result = program.run("status", "--socket", str(path))
    assert result.returncode == 69 and "is it running?" in result.stderr


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")
def test_who_may_not_is_told_so(server, program, path):
    for directory in path.parents:
        if directory.stat().st_uid == os.getuid() and directory != directory.parent:
            directory.chmod(directory.stat().st_mode | 0o011)
        if directory.name == "tmp":
            break
    result = subprocess.run(
        [program.binary, "status", "--socket", str(path)], capture_output=True, text=True, timeout=15, user=65534,
        group=65534, extra_groups=[],
    )
    assert result.returncode == 77 and "sudo" in result.stderr and result.stderr.count("\n") == 1
