# SPDX-License-Identifier: Apache-2.0
"""Several realms on one server, and tokens of authorization servers."""

import base64
import os
import signal
import socket

import pytest

from turn import Client, Token
from wire import connect, start_tls

REALMS = {"call.test": "call.test", "turn.north.test": "north.test", "turn.south.test": "south.test"}
CONFIGURATION = """
listen: ["tls:127.0.0.1:{port}", "udp:127.0.0.1:{port}"]
certificate: [{certificates}]
private-key: [{keys}]
user: "alice:of-call.test"
realms:
  - {{name: north.test, hosts: turn.north.test, user: "alice:of-north.test"}}
  - {{name: south.test, hosts: [turn.south.test], user: ["alice:of-south.test"], allocations-per-user: 1}}
"""


@pytest.fixture
def realms(program, authority, port, tmp_path):
    """A server with three realms, in each of which there is an alice; gives a client by name or by origin."""
    issued = [authority.issue(name) for name in REALMS]
    path = tmp_path / "realms.yaml"
    certificates, keys = (", ".join(f'"{pair[index]}"' for pair in issued) for index in (0, 1))
    path.write_text(CONFIGURATION.format(port=port, certificates=certificates, keys=keys))
    program.serve("--config", path)
    return lambda name="", origin="": Client(
        start_tls(connect(port), authority.certificate, name=name) if name else udp_socket(port), origin
    )


def udp_socket(port: int) -> socket.socket:
    client = socket.socket(type=socket.SOCK_DGRAM)
    client.settimeout(15)
    client.connect(("127.0.0.1", port))
    return client


@pytest.mark.parametrize("name", REALMS)
@pytest.mark.parametrize("way", ["name", "origin"])
def test_each_realm_has_its_own_users(realms, name, way):
    def connected():
        return realms(name=name) if way == "name" else realms(origin=f"https://{name.upper()}:8443")

    client = connected()
    assert client.realm == REALMS[name]
    others = [f"of-{other}" for other in REALMS.values() if other != client.realm]
    assert [connected().allocate("alice", password) for password in others] == [401, 401]
    assert client.allocate("alice", f"of-{client.realm}") == 0


def test_a_quota_is_of_its_realm(realms):
    def allocate(name):
        clients.append(realms(name=name))
        return clients[-1].allocate("alice", f"of-{REALMS[name]}")

    clients = []
    assert [allocate("turn.south.test") for _ in range(2)] == [0, 486]
    assert [allocate("turn.north.test") for _ in range(2)] == [0, 0]


def test_a_total_at_the_top_level_is_of_all_realms(program, port, tmp_path):
    path = tmp_path / "realms.yaml"
    path.write_text(
        f"listen: ['tcp:127.0.0.1:{port}']\nturn-host: turn.test\nuser: 'a:b'\nallocations-in-total: 1\n"
        "realms: [{name: north.test, hosts: north.test, user: 'a:b', allocations-in-total: 2}]\n"
    )
    program.serve("--config", path)
    one, other = Client(connect(port)), Client(connect(port), "https://north.test")
    assert (one.realm, other.realm) == ("turn.test", "north.test")
    assert (one.allocate("a", "b"), other.allocate("a", "b")) == (0, 508)


def test_clients_of_two_realms_do_not_meet(realms):
    north, other, south = clients = [realms(name=f"turn.{name}.test") for name in ("north", "north", "south")]
    assert [client.allocate("alice", f"of-{client.realm}") for client in clients] == [0, 0, 0]
    assert north.bind_channel(south) == south.bind_channel(north) == 403
    assert north.bind_channel(other) == other.bind_channel(north) == 0


@pytest.mark.parametrize("realm, words", [
    ("hosts: a.test, user: 'a:b'", "has no 'name'"), ("name: a, user: 'a:b'", "realm 'a': no client could get there"),
    ("name: a, hosts: a, users: 'a:b'", "unknown option 'users'"),
    ("name: a, hosts: TURN.test, user: 'a:b'", "'TURN.test' is the TURN host"),
    ("name: turn.test, hosts: a, user: 'a:b'", "realm 'turn.test' is the default realm's name"),
])
def test_errors_are_one_clear_line(program, tmp_path, realm, words):
    path = tmp_path / "realms.yaml"
    path.write_text(f"listen: ['tcp:127.0.0.1:0']\nturn-host: turn.test\nrealms: [{{{realm}}}]\n")
    result = program.run("serve", "--config", str(path))
    assert result.returncode == 78 and result.stdout == ""
    lines = [line for line in result.stderr.splitlines() if line.startswith("swiftturn:")]
    assert len(lines) == 1 and words in lines[0]


# Access tokens (RFC 7635).

@pytest.fixture
def key_file(tmp_path):
    path = tmp_path / "oauth-keys"
    path.touch(mode=0o600)
    return path


def line(name: str, key: bytes) -> str:
    return f"{name} A{len(key) * 8}GCM {base64.b64encode(key).decode()}\n"


def serve_tokens(program, port, key_file):
    return program.serve("--listen", f"tcp:127.0.0.1:{port}", "--turn-host", "turn.test", "--oauth-key-file", key_file)


def test_keys_of_tokens_are_read_again_on_sighup(program, port, key_file):
    old, new = os.urandom(16), os.urandom(32)

    def allocate(name, key, server_name="turn.test"):
        client = Client(connect(port))
        assert client.server_name == "turn.test"
        return client.allocate(token=Token(name, key, server_name))

    key_file.write_text(line("old", old))
    server = serve_tokens(program, port, key_file)
    assert allocate("old", old) == 0
    assert allocate("new", new) == allocate("old", os.urandom(16)) == allocate("old", old, "else.test") == 401
    key_file.write_text("nonsense")
    reload(server, "configuration not read again")
    assert allocate("old", old) == 0
    key_file.write_text(line("new", new))
    reload(server, "changed=oauth-key-file")
    assert allocate("old", old) == 401 and allocate("new", new) == 0


def reload(server, words: str):
    server.process.send_signal(signal.SIGHUP)
    while words not in (text := server.process.stderr.readline()):
        assert text


def test_without_keys_no_token_is_asked_for(program, port):
    program.serve("--listen", f"tcp:127.0.0.1:{port}", "--turn-host", "turn.test")
    assert Client(connect(port)).server_name == ""


def test_keys_that_others_can_read_are_refused(program, key_file):
    key_file.write_text(line("name", os.urandom(16)))
    key_file.chmod(0o644)
    result = program.run("serve", "--dev", "--listen", "127.0.0.1:0", "--oauth-key-file", str(key_file))
    assert result.returncode == 78 and f"'{key_file}' is open to others" in result.stderr
