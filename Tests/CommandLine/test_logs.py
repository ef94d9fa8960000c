# SPDX-License-Identifier: Apache-2.0
"""What the log says about sessions that have ended."""

import json

from turn import Client
from wire import connect


def serve(program, port, *arguments):
    return program.serve(
        "--listen", f"tcp:127.0.0.1:{port}", "--listen", f"udp:127.0.0.1:{port}", "--turn-host", "turn.test",
        "--user", "alice:wonder", *arguments,
    )


def test_programs_read_one_object_on_a_line(program, port):
    server = serve(program, port, "--log-format", "json")
    client = Client(connect(port))
    assert client.allocate("alice", "wonder") == 0
    peer = client.connection.getsockname()
    client.connection.close()
    log = []
    while not log or log[-1]["message"] != "TURN session ended":
        log.append(json.loads(server.process.stderr.readline()))
    assert {line["level"] for line in log} <= {"info", "notice", "warning"} and all(line["time"].endswith("Z") for line in log)
    session = log[-1]
    assert session["client"] == f"127.0.0.1:{peer[1]}" and session["transport"] == "tcp"
    assert (session["closed-by"], session["reason"]) == ("client", "closed by client")
    # Two requests and their answers.
    assert session["bytes-received"] > 100 and session["bytes-sent"] > 100
    assert session["dropped"] == session["peak-queue"] == session["longest-delay-ms"] == 0
    code, rest = server.stop()
    assert code == 0
    for line in rest.splitlines():
        assert "alice" not in line and json.loads(line)["message"]


def test_strangers_have_no_line(program, port):
    server = serve(program, port)
    with connect(port) as stranger:
        stranger.sendall(b"GET / HTTP/1.1\r\n\r\n")
    Client(connect(port)).connection.close()
    assert "TURN session ended" not in server.stop()[1]


def test_the_format_is_one_of_two(program):
    result = program.run("serve", "--dev", "--log-format", "xml")
    assert result.returncode == 78 and "log-format 'xml' is neither 'text' nor 'json'" in result.stderr
