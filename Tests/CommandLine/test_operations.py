# SPDX-License-Identifier: Apache-2.0
"""docs/operations.md: the program says what the page says that it says. Load balancers are in test_load_balancers.py."""

import re
import socket

import pytest

from conftest import REPOSITORY

PAGE = (REPOSITORY / "docs" / "operations.md").read_text()


def quoted(heading: str) -> list[str]:
    """The messages in the first column of the table below a heading; `...` stands for what differs."""
    rows = [line for line in PAGE.split(f"\n{heading}\n")[1].split("\n#")[0].splitlines() if line.startswith("| ")]
    return [match[1] for row in rows if (match := re.match(r"\| .*?`([^`]+)`", row))]


def pattern(message: str) -> str:
    return ".*".join(map(re.escape, message.split("...")))


@pytest.mark.parametrize("options, words", [
    (["--dev", "--listen", "127.0.0.1:{taken}"], "is taken"),
    (["--dev", "--listen", "192.0.2.1:8443"], "is not an address"),
    (["--config", "{file}"], "unknown option"),
    (["--listen", "127.0.0.1:8443"], "--domain is required"),
    (["--dev", "--listen", "127.0.0.1:8443", "--relay", "open"], "--relay-address"),
    (["--dev", "--listen", "127.0.0.1:8443", "--auth-secret-file", "/nowhere"], "cannot be read"),
])
def test_why_it_does_not_start(program, options, words, tmp_path):
    file = tmp_path / "swiftturn.yaml"
    file.write_text('listn: ["0.0.0.0:443"]\n')
    (message,) = (message for message in quoted("### It does not start") if words in message)
    with socket.create_server(("127.0.0.1", 0)) as other:
        values = {"taken": other.getsockname()[1], "file": file}
        result = program.run("serve", *(option.format(**values) for option in options))
    assert result.returncode != 0
    assert re.search(pattern(message), result.stderr), (message, result.stderr)


@pytest.mark.parametrize("place, options, words", [
    ("turns:nowhere.invalid", [], "DNS"),
    ("turns:localhost:{free}", [], "refuses the connection"),
    ("turns:localhost:{port}", [], "not trusted"),
    ("turn:localhost:{port}?transport=tcp", [], "closed the connection"),
    ("turns:localhost:{plain}", ["--insecure"], "during handshake"),
    ("turns:localhost:{port}", ["--insecure", "--auth-secret", "another"], "401"),
    ("turns:localhost:{port}", ["--insecure", "--auth-secret", "of the tests"], "486"),
])
def test_why_a_probe_fails(program, place, options, words, port, other_port):
    program.serve(
        "--dev", "--listen", f"127.0.0.1:{port}", "--listen", f"tcp:127.0.0.1:{other_port}",
        "--auth-secret", "of the tests", "--allocations-per-user", "1",
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        uri = place.format(free=free.getsockname()[1], port=port, plain=other_port)
        result = program.run("probe", uri, *options)
    rows = [line for line in PAGE.split("\n### `probe` fails\n")[1].split("\n#")[0].splitlines() if words in line]
    step, message = re.match(r"\| ([A-Za-z]+)[^`]*`([^`]+)`", rows[0]).groups()
    assert re.search(rf"FAILED +{step} +{pattern(message)}", result.stdout), (message, result.stdout)


def test_two_addresses(program, authority, port, tmp_path):
    """`check` sees two names and two addresses in the block of the page."""
    text = re.search(r"### Two\n.*?```yaml\n(.*?)```", PAGE, re.DOTALL)[1]
    for old, new in {"192.0.2.1:443": f"127.0.0.1:{port}", "192.0.2.2:443": f"127.0.0.2:{port}"}.items():
        assert old in text
        text = text.replace(old, new)
    file = tmp_path / "swiftturn.yaml"
    file.write_text(f"{text}acme-state: {tmp_path}/acme\n")
    result = program.run("check", "--config", str(file))
    assert f"https://call.example.com:{port}/, through turns:turn.example.com:{port}?transport=tcp" in result.stdout
    assert f"127.0.0.1:{port} for web\n" in result.stdout
    assert f"127.0.0.2:{port} for TURN over TLS\n" in result.stdout
