# SPDX-License-Identifier: Apache-2.0
"""Metrics: what they tell while clients are there, and whom."""

import json
import os
import re
import stat
import struct
import time

import promql_parser
import pytest
import yaml

from conftest import REPOSITORY, free_port
from metrics import TOKEN, Metrics, curl, scrape
from turn import Client
from wire import connect, is_closed, start_tls

DEPLOY = REPOSITORY / "deploy"
DOCUMENTATION = REPOSITORY / "docs" / "metrics.md"
METRIC = re.compile(r"\b(?:swiftturn|process)_[a-z_]+[a-z]\b")


@pytest.fixture
def token_file(tmp_path):
    return secret_file(tmp_path, TOKEN)


def secret_file(directory, text: str):
    path = directory / "token"
    path.write_text(f"{text}\n")
    path.chmod(0o600)
    return path


@pytest.fixture
def server(program, port, token_file):
    return program.serve(
        "--dev", "--listen", f"127.0.0.1:{port}", "--plain-turn", "--user", "alice:wonder", "--realm", "turn.test",
        "--auth-secret", "north", "--metrics-token-file", token_file, "--log-level", "trace",
    )


@pytest.fixture
def read(program, server):
    return lambda: scrape(server.url, program.authority)


def await_value(read, expected: float, name: str, /, **labels: str):
    deadline = time.monotonic() + 15
    while (value := read()(name, **labels)) != expected:
        assert time.monotonic() < deadline, f"{name} is {value}, not {expected}"


def test_numbers_of_a_relay_while_its_clients_are_there(program, server, port, read):
    one = Client(start_tls(connect(port), program.authority))
    other = Client(connect(port))
    assert one.allocate("alice", "wonder") == 0 and other.allocate("alice", "wonder") == 0
    assert one.bind_channel(other) == 0 and other.bind_channel(one) == 0
    one.connection.sendall(struct.pack("!HH", 0x4000, 8) + b"12345678")
    assert other.connection.recv(100)[4:] == b"12345678"
    metrics = read()
    for transport in ("tls", "tcp"):
        assert metrics("swiftturn_allocations", state="connected", transport=transport) == 1
        assert metrics("swiftturn_turn_clients_total", transport=transport) == 1
    assert metrics("swiftturn_realm_allocations", realm="turn.test") == 2
    assert metrics("swiftturn_relayed_bytes_total", direction="from_client", transport="tls") == 8
    assert metrics("swiftturn_relayed_packets_total", direction="to_client", transport="tcp") == 1
    assert metrics("swiftturn_requests_total", method="allocate", result="401") == 2
    assert metrics("swiftturn_requests_total", method="allocate", result="success") == 2
    assert metrics("swiftturn_authentication_challenges_total", reason="no_credentials") == 2
    assert metrics("swiftturn_authentication_failures_total", reason="wrong_password") == 0
    assert metrics("swiftturn_connections_total", kind="turn_over_tls") == 1
    assert metrics("swiftturn_connections_total", kind="turn_over_tcp") == 1
    assert metrics("swiftturn_build_info", version="0.1.0") == 1
    assert 0 < metrics("process_start_time_seconds") <= time.time()
    assert metrics("process_open_fds") > 5 and metrics("process_resident_memory_bytes") > 1e6
    days = (metrics("swiftturn_certificate_expiry_timestamp_seconds", name="localhost") - time.time()) / 86400
    assert 1 < days < 1000
    one.connection.close()
    await_value(read, 1, "swiftturn_allocations_ended_total", reason="disconnected")
    assert read()("swiftturn_realm_allocations", realm="turn.test") == 1


def test_names_of_strangers_make_no_series(program, server, port, read):
    before = read()
    for _ in range(20):
        client = Client(start_tls(connect(port), program.authority))
        names = [f"user-{os.urandom(8).hex()}" for _ in range(25)] + [f"{2**33}:{os.urandom(8).hex()}" for _ in range(25)]
        assert {client.allocate(name, os.urandom(8).hex()) for name in names} == {401}
    after = read()
    assert after("swiftturn_authentication_failures_total", reason="unknown_user") == 500
    assert after("swiftturn_authentication_failures_total", reason="wrong_password") == 500
    assert after("swiftturn_requests_total", method="allocate", result="401") == 1020
    assert after.values.keys() == before.values.keys()


def test_numbers_of_signaling_and_web(program, server, port, read):
    client = start_tls(connect(port), program.authority)
    client.sendall(
        b"GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    assert client.recv(1000).startswith(b"HTTP/1.1 101")
    for message in ({"type": "join", "room": os.urandom(8).hex()}, {"type": os.urandom(8).hex()}):
        text = json.dumps(message).encode()
        client.sendall(bytes([0x81, 0x80 | len(text)]) + bytes(4) + text)
    await_value(read, 1, "swiftturn_signaling_errors_total", code="invalid-message")
    metrics = read()
    assert [metrics(f"swiftturn_{name}") for name in ("websockets", "members", "rooms", "joins_total")] == [1, 1, 1, 1]
    assert metrics("swiftturn_signaling_messages_total", type="join") == 1
    client.close()
    await_value(read, 0, "swiftturn_rooms")
    assert read()("swiftturn_websockets_closed_total", reason="connection_cut") == 1
    curl("--cacert", program.authority, server.url + "missing.js")
    curl("http://" + server.url.removeprefix("https://"))
    metrics = read()
    assert metrics("swiftturn_http_requests_total", method="get", status="4xx") == 1
    assert metrics("swiftturn_http_requests_total", method="get", status="3xx") == 1
    assert metrics("swiftturn_connections_total", kind="redirect") == 1


def test_handshakes_that_fail(program, server, port, read):
    assert curl(server.url).returncode == 60, "curl knew the authority"
    await_value(read, 1, "swiftturn_tls_handshake_failures_total", reason="certificate_refused")
    with connect(port) as connection:
        connection.sendall(b"\x16\x03\x01\x00\x05hello")
        assert connection.recv(100)[:2] == b"\x15\x03", "no alert"
    await_value(read, 1, "swiftturn_tls_handshake_failures_total", reason="protocol_violation")
    assert read()("swiftturn_tls_handshakes_total", version="1.3", resumed="false") > 0


def test_who_has_no_token_learns_nothing(program, server, token_file):
    url = server.url + "metrics"
    bare = ["--header", f"Authorization: {TOKEN}"]
    for options in ([], ["--oauth2-bearer", TOKEN + "x"], ["--user", f"x:{TOKEN}"], bare):
        answer = curl("--include", "--cacert", program.authority, *options, url).stdout
        assert answer.startswith("HTTP/2 401 "), options
        assert "www-authenticate: Bearer\n" in answer and "swiftturn_" not in answer
    answer = curl("--include", "--cacert", program.authority, "--oauth2-bearer", TOKEN, url).stdout
    assert answer.startswith("HTTP/2 200 ")
    assert "content-type: text/plain; version=0.0.4; charset=utf-8\n" in answer
    assert "cache-control: no-store\n" in answer
    assert TOKEN not in server.stop()[1]


def test_without_a_token_there_are_no_metrics(program, port):
    server = program.serve("--dev", "--listen", f"127.0.0.1:{port}")
    for options in ([], ["--oauth2-bearer", TOKEN]):
        answer = curl("--include", "--cacert", program.authority, *options, server.url + "metrics").stdout
        assert answer.startswith("HTTP/2 404 ")


def test_a_listener_for_turn_alone_has_none(program, port, token_file):
    turn = free_port()
    program.serve(
        "--dev", "--listen", f"127.0.0.1:{port}/web", "--listen", f"127.0.0.1:{turn}/turn",
        "--metrics-token-file", token_file,
    )
    client = start_tls(connect(turn), program.authority)
    client.sendall(f"GET /metrics HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n\r\n".encode())
    assert is_closed(client)
    assert scrape(f"https://localhost:{port}", program.authority).values


@pytest.mark.parametrize("text", ["", "fifteen-letters", "a token with spaces"])
def test_a_bad_token_is_an_error(program, tmp_path, text):
    result = program.run("serve", "--dev", "--metrics-token-file", secret_file(tmp_path, text))
    assert result.returncode == 78 and "metrics-token-file" in result.stderr
    assert not text or text not in result.stderr


def test_a_token_that_cannot_be_read_is_an_error(program):
    result = program.run("serve", "--dev", SWIFTTURN_METRICS_TOKEN_FILE="/nonexistent")
    assert result.returncode == 66 and "/nonexistent" in result.stderr


def test_a_socket_for_programs_of_this_machine(program, port, tmp_path):
    path = tmp_path / "metrics.sock"
    arguments = ["--dev", "--listen", f"127.0.0.1:{port}", "--metrics-socket", path]
    server = program.serve(*arguments)
    assert stat.S_IMODE(path.stat().st_mode) == 0o660
    answer = curl("--fail", "--unix-socket", path, "http://localhost/metrics")
    assert Metrics(answer.stdout)("swiftturn_allocations", state="detached", transport="none") == 0
    assert curl("--include", "--unix-socket", path, "http://localhost/").stdout.startswith("HTTP/1.1 404 ")
    # The other's port is not what is wrong with this one.
    other = program.run("serve", "--dev", "--listen", f"127.0.0.1:{free_port()}", "--metrics-socket", str(path))
    assert other.returncode == 69 and f"{path} is taken" in other.stderr
    server.process.kill()
    server.process.wait()
    assert path.exists()
    server = program.serve(*arguments)
    assert curl("--fail", "--unix-socket", path, "http://localhost/metrics").returncode == 0
    assert server.stop()[0] == 0 and not path.exists()


# What is written about metrics.


def expressions() -> dict[str, str]:
    """The queries of the dashboard and the alerts, by where they stand."""
    board = json.loads((DEPLOY / "grafana" / "swiftturn.json").read_text())
    found = {
        f"panel {panel['title']}": target["expr"] for panel in board["panels"] for target in panel.get("targets", [])
    }
    for group in yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text())["groups"]:
        found |= {f"alert {rule['alert']}": rule["expr"] for rule in group["rules"]}
    return found


def test_dashboard_and_alerts_are_valid_queries():
    for place, expression in expressions().items():
        text = expression.replace("$__rate_interval", "5m").replace("$instance", ".*")
        assert promql_parser.parse(text), place


def test_what_is_written_about_is_there_and_the_other_way_round(read):
    names = read().names
    families = {re.sub("_(bucket|sum|count)$", "", name) for name in names}
    documented = set(METRIC.findall(DOCUMENTATION.read_text()))
    assert documented - names == documented & {"swiftturn_queue_delay_seconds", "swiftturn_loop_delay_seconds"}
    assert families - documented == set()
    for place, expression in expressions().items():
        used = set(METRIC.findall(expression))
        assert used <= names, f"{place}: {used - names}"


def test_labels_in_queries_have_such_values(read):
    """A misspelt value makes a query that never finds anything."""
    values = {}
    for name, labels in read().values:
        for label, value in labels:
            values.setdefault((name, label), set()).add(value)
    for place, expression in expressions().items():
        for name, selectors in re.findall(r"((?:swiftturn|process)_[a-z_]+)\{([^}]*)\}", expression):
            for label, operator, pattern in re.findall(r'(\w+)\s*(=~|!=|=)\s*"([^"]*)"', selectors):
                if label not in ("instance", "job"):
                    matching = [value for value in values[name, label] if re.fullmatch(pattern, value)]
                    assert matching, f"{place}: {name}{{{label}{operator}{pattern}}}"
