# SPDX-License-Identifier: Apache-2.0
"""The subcommands of `swiftturn probe` that look at servers: against coturn, our own, and servers made up here."""

import json
import os
import pty
import signal
import socket
import struct
import subprocess
import threading

import pytest

from coturn import USER, Coturn


@pytest.fixture
def coturn(tmp_path):
    server = Coturn(tmp_path)
    yield server
    server.stop()


@pytest.fixture
def server(program, port, tmp_path):
    users = tmp_path / "users"
    users.write_text("alice:wonder land\n")
    return program.serve(
        "--dev", "--listen", f"127.0.0.1:{port}", "--user-file", str(users), "--auth-secret", "north", "--plain-turn",
        "--log-level", "error",
    )


def report(program, *arguments):
    result = program.run("probe", *arguments, "--json")
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


# Load


@pytest.mark.parametrize("transport", ["udp", "tcp"])
@pytest.mark.parametrize("options", [
    ["--peer", "echo", "--rate", "200"], ["--peer", "client", "--window", "8"],
    ["--peer", "echo", "--indications", "--window", "4"], ["--peer", "client", "--indications", "--rate", "100"],
])
def test_load_on_coturn(program, coturn, transport, options):
    found = report(program, "load", coturn.uri(transport), *USER, "--clients", "3", "--duration", "1", *options)
    assert found["clients"] == 3 and found["sent"] > 100
    assert found["delivered"] > 0.9 * found["sent"] and found["lost"] == found["sent"] - found["delivered"]
    for wrong in ("corrupted", "duplicates", "misdelivered", "connectionsLost"):
        assert found[wrong] == 0, found
    times = found["roundTripMilliseconds"]
    assert 0 < times["p50"] <= times["p90"] <= times["p99"] <= times["max"] < 2000
    assert found["server"]["pid"] == coturn.process.pid and found["server"]["residentBytes"] > 1_000_000


@pytest.mark.parametrize("options", [
    ["--rate", "100"], ["--window", "8", "--size", "24"], ["--window", "2", "--size", "20001", "--indications"],
])
@pytest.mark.parametrize("scheme", ["turn", "turns"])
def test_load_on_our_closed_relay(program, server, port, scheme, options):
    uri = f"{scheme}:localhost:{port}?transport=tcp"
    found = report(
        program, "load", uri, "--auth-secret", "north", "--insecure", "--clients", "2", "--duration", "1", *options)
    assert found["delivered"] == found["sent"] > 50
    assert found["corrupted"] == found["duplicates"] == found["reordered"] == 0
    assert found["server"]["pid"] == server.process.pid


def test_more_clients_than_a_user_may_have(program, server, port):
    """With the secret, each client is a user of its own."""
    uri = f"turn:127.0.0.1:{port}?transport=tcp"
    arguments = ["--clients", "120", "--rate", "5", "--size", "100", "--duration", "1"]
    assert report(program, "load", uri, "--auth-secret", "north", *arguments)["delivered"] > 500
    result = program.run("probe", "load", uri, *USER, *arguments)
    assert result.returncode == 15 and "486" in result.stderr


def test_a_rate_that_cannot_be_kept_is_told(program, server, port):
    uri = f"turn:127.0.0.1:{port}?transport=tcp"
    found = report(program, "load", uri, *USER, "--rate", "1000000", "--size", "1200", "--duration", "1")
    assert found["unsent"] > 0 and found["sent"] + found["unsent"] > 800_000 and found["corrupted"] == 0


def test_load_failures_are_steps(program, server, port):
    uri = f"turn:127.0.0.1:{port}?transport=tcp"
    for arguments, code, words in [
        ([uri, "--user", "alice", "--password", "wrong"], 15, "401"),
        ([uri, *USER, "--peer", "echo"], 16, "403"),
        (["turn:127.0.0.1:1?transport=tcp", *USER], 11, "refuses"),
        (["stun:127.0.0.1"], 78, "stun:"),
        ([uri, "--rate", "1", "--window", "1"], 78, "--window"),
        ([uri, "--clients", "1001"], 78, "--clients"),
        ([uri, "--duration", "3601"], 78, "--duration"),
    ]:
        result = program.run("probe", "load", *arguments)
        assert result.returncode == code and words in result.stderr, result.stderr
        assert len(result.stderr.splitlines()) == 1 and result.stdout == ""


def test_load_stops_at_control_c_and_reports(program, coturn):
    process = subprocess.Popen(
        [program.binary, "probe", "load", coturn.uri("udp"), *USER, "--duration", "600", "--json"],
        env=program.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )
    wait_for_signal_handler(process.pid)
    assert json.loads(interrupted(process))["seconds"] < 60 and process.returncode == 0


def interrupted(process):
    """What a process prints after Ctrl-C. Between its handler and what hears of it a signal may get lost: people press again."""
    for _ in range(6):
        process.send_signal(signal.SIGINT)
        try:
            return process.communicate(timeout=5)[0]
        except subprocess.TimeoutExpired:
            continue
    process.kill()
    raise AssertionError(f"it goes on after Ctrl-C: {process.communicate()}")


def wait_for_signal_handler(process: int):
    """Until a signal no longer ends the process."""
    while True:
        with open(f"/proc/{process}/status") as status:
            masks = [int(line.split()[1], 16) for line in status if line.startswith(("SigCgt", "SigIgn"))]
        if any(mask & 1 << (signal.SIGINT - 1) for mask in masks):
            return


def test_a_terminal_shows_progress_and_colour(program, coturn):
    arguments = ["probe", "load", coturn.uri("udp"), *USER, "--duration", "2"]
    shown = on_terminal(program, *arguments)
    assert "1 s of 2" in shown and "delivered" in shown
    assert "\x1b[32m" in on_terminal(program, "probe", "vectors")
    assert "\x1b[" not in on_terminal(program, "probe", "vectors", NO_COLOR="1")


def on_terminal(program, *arguments, **environment) -> str:
    """What a person sees."""
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [program.binary, *arguments], stdout=follower, stderr=follower,
        env={**program.environment, **environment},
    )
    os.close(follower)
    shown = b""
    try:
        while piece := os.read(leader, 4096):
            shown += piece
    except OSError:
        pass  # Linux: the other end is closed.
    os.close(leader)
    assert process.wait(timeout=30) == 0
    return shown.decode()


# NAT


def test_no_nat_to_coturn(program, coturn):
    found = report(program, "nat", f"stun:127.0.0.1:{coturn.port}")["result"]
    assert found["isTranslated"] is False and found["hasOtherAddress"] is True
    assert found["filtering"] == "endpoint independent" and found["local"] == found["mapped"]


class MadeUpNAT:
    """A STUN server with two addresses and ports that says what one behind a NAT would say: the mapped port depends on
    what was asked, and answers from elsewhere come or don't."""

    def __init__(self, depends_on: str, passes_filter: bool, has_other: bool = True):
        self.depends_on, self.passes_filter, self.has_other = depends_on, passes_filter, has_other
        self.sockets = {}
        ports = [0, 0]
        for address in (0, 1):
            for port in (0, 1):
                server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                server.bind((f"127.0.0.{address + 1}", ports[port]))
                ports[port] = server.getsockname()[1]
                self.sockets[address, port] = server
        self.port, self.other_port = ports
        for key in self.sockets:
            threading.Thread(target=self.serve, args=[key], daemon=True).start()

    def serve(self, key):
        while True:
            try:
                request, source = self.sockets[key].recvfrom(2048)
            except OSError:
                return
            flags = self.change_request(request)
            if flags and not self.passes_filter:
                continue
            origin = (key[0] ^ (flags >> 2 & 1), key[1] ^ (flags >> 1 & 1))
            self.sockets[origin].sendto(self.answer(request, key), source)

    @staticmethod
    def change_request(request: bytes) -> int:
        at = request.find(b"\x00\x03\x00\x04", 20)
        return struct.unpack("!I", request[at + 4:at + 8])[0] if at >= 0 else 0

    def answer(self, request: bytes, key) -> bytes:
        offset = {"nothing": 0, "address": key[0], "both": key[0] * 2 + key[1]}[self.depends_on]
        body = address_attribute(0x0020, "203.0.113.7", 6000 + offset, mask=0x2112A442)
        if self.has_other:
            body += address_attribute(0x802C, "127.0.0.2", self.other_port)
        return struct.pack("!HH", 0x0101, len(body)) + request[4:20] + body

    def close(self):
        for server in self.sockets.values():
            server.close()


def address_attribute(kind: int, host: str, port: int, mask: int = 0) -> bytes:
    address = struct.unpack("!I", socket.inet_aton(host))[0] ^ mask
    return struct.pack("!HHBBHI", kind, 8, 0, 1, port ^ mask >> 16, address)


@pytest.mark.parametrize("depends_on, passes, mapping, filtering, words", [
    ("nothing", True, "endpoint independent", "endpoint independent", "Good"),
    ("address", True, "address dependent", "endpoint independent", "relay"),
    ("both", False, "address and port dependent", "address and port dependent", "relay"),
])
def test_nat_behaviours(program, depends_on, passes, mapping, filtering, words):
    nat = MadeUpNAT(depends_on, passes)
    found = report(program, "nat", f"stun:127.0.0.1:{nat.port}")
    nat.close()
    result = found["result"]
    assert (result["mapping"], result["filtering"]) == (mapping, filtering)
    assert result["mapped"] == "203.0.113.7:6000" and result["isTranslated"] and not result["keepsPort"]
    assert words in found["meaning"] and result["hairpin"] is False


def test_a_stun_server_with_one_address(program):
    nat = MadeUpNAT("nothing", True, has_other=False)
    result = program.run("probe", "nat", f"stun:127.0.0.1:{nat.port}")
    nat.close()
    assert result.returncode == 0 and "no second address" in result.stdout
    assert "203.0.113.7:6000" in result.stdout and "changes the port" in result.stdout


def test_nat_failures(program, port):
    result = program.run("probe", "nat", f"stun:127.0.0.1:{port}")
    assert result.returncode == 13 and "no answer" in result.stderr
    assert program.run("probe", "nat", "stun:nothing.invalid").returncode == 10
    assert program.run("probe", "nat", "stuns:127.0.0.1").returncode == 78


# Peer


def test_peer_echoes(program):
    process = subprocess.Popen(
        [program.binary, "probe", "peer", "--udp", "127.0.0.1:0", "--tcp", "127.0.0.1:0"],
        env=program.environment, stdout=subprocess.PIPE, text=True,
    )
    addresses = dict(process.stdout.readline().split() for _ in range(2))
    ports = {kind: int(address.rpartition(":")[2]) for kind, address in addresses.items()}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(10)
        client.connect(("127.0.0.1", ports["udp"]))
        for payload in (b"", b"hello", bytes(60_000)):
            client.send(payload)
            assert client.recv(65_536) == payload
    # More than any buffer on the way holds, read only after it was sent.
    payload = os.urandom(8 << 20)
    with socket.create_connection(("127.0.0.1", ports["tcp"]), timeout=20) as client:
        writer = threading.Thread(target=lambda: (client.sendall(payload), client.shutdown(socket.SHUT_WR)))
        writer.start()
        received = b"".join(iter(lambda: client.recv(1 << 20), b""))
        writer.join()
    assert received == payload
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=10) == 0


def test_peer_errors(program, port):
    assert program.run("probe", "peer").returncode == 78
    assert program.run("probe", "peer", "--udp", "localhost").returncode == 78
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        assert program.run("probe", "peer", "--tcp", f"127.0.0.1:{port}").returncode == 69


# Decode and vectors


REQUEST = """
    0001 0058 2112a442 b7e7a701bc34d686fa87dfae 80220010 5354554e207465737420636c69656e74 00240004 6e0001ff
    80290008 932ff9b151263b36 00060009 6576746a3a68367659202020 00080014 9aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2
    80280004 e57a3bcf
"""


def test_decode(program, tmp_path):
    file, password = tmp_path / "request.hex", tmp_path / "password"
    file.write_text(REQUEST + "\n\n40 01 00 02 80 60")
    password.write_text("VOkJxbRl1RmTxUk/WvJxBt\n")
    result = program.run("probe", "decode", str(file), "--password-file", str(password))
    assert result.returncode == 0
    head, *rows, empty, data = result.stdout.splitlines()
    assert head.startswith("Binding request  108 bytes  b7e7a701bc34d686fa87dfae")
    assert rows[0].split(maxsplit=1) == ["SOFTWARE", "STUN test client"]
    assert rows[-2].endswith("571a2  ok") and rows[-1].split() == ["FINGERPRINT", "e57a3bcf", "ok"]
    assert empty == "" and data.startswith("ChannelData 0x4001  2 bytes  RTP payload type 96")
    described = json.loads(program.run("probe", "decode", str(file), "--json").stdout)
    assert [frame["kind"] for frame in described] == ["message", "channelData"]
    assert described[0]["attributes"][-2]["check"] == "not checked"


def test_decode_reads_standard_input(program):
    result = subprocess.run(
        [program.binary, "probe", "decode"], input=bytes.fromhex(REQUEST), env=program.environment, capture_output=True,
        timeout=30,
    )
    assert result.returncode == 0 and b"STUN test client" in result.stdout


def test_decode_errors(program, tmp_path):
    text = tmp_path / "text"
    text.write_text("no bytes")
    empty = tmp_path / "empty"
    empty.write_text("")
    for arguments, code in [([str(text)], 65), ([str(empty)], 65), (["/nonexistent"], 66),
                            ([str(text), "--password-file", "/nonexistent"], 66)]:
        result = program.run("probe", "decode", *arguments)
        assert result.returncode == code and len(result.stderr.splitlines()) == 1


def test_vectors(program):
    checks = report(program, "vectors")
    assert len(checks) == 5 and all(check["isSuccess"] and not check["problems"] for check in checks)
    assert program.run("probe", "vectors").stdout.count("ok ") == 5
