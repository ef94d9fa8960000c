# SPDX-License-Identifier: Apache-2.0
"""`swiftturn serve`: start, errors, signals."""

import contextlib
import os
import shutil
import signal
import socket
import ssl
import subprocess
import time
from pathlib import Path

import pytest

from conftest import REPOSITORY


def get(url: str, authority, path: str, *options: str) -> subprocess.CompletedProcess:
    command = ["curl", "--silent", "--show-error", "--cacert", str(authority), *options, url.rstrip("/") + path]
    return subprocess.run(command, capture_output=True, text=True, timeout=20)


def peer_certificate(port: int, name: str, authority) -> bytes:
    context = ssl.create_default_context(cafile=authority)
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        with context.wrap_socket(connection, server_hostname=name) as secure:
            return secure.getpeercert(binary_form=True)


@pytest.mark.parametrize("arguments, code, words", [
    (["--nonsense"], 64, "--nonsense"),
    (["--event-loops", "many", "--dev"], 64, "many"),
    ([], 78, "--certificate"),
    (["--certificate", "/nonexistent.pem", "--private-key", "/nonexistent.key"], 78, "/nonexistent"),
    (["--dev", "--listen", "203.0.113.1:1"], 69, "203.0.113.1"),
    (["--dev", "--listen", "somewhere"], 78, "somewhere"),
    (["--dev", "--web-root", "/nonexistent"], 66, "/nonexistent"),
    (["--config", "/nonexistent.yaml"], 66, "/nonexistent.yaml"),
])
def test_errors_are_one_clear_line(program, arguments, code, words):
    result = program.run("serve", *arguments)
    assert result.returncode == code
    lines = [line for line in result.stderr.splitlines() if line.startswith(("swiftturn:", "Error:"))]
    assert len(lines) == 1 and words in lines[0]
    assert result.stdout == ""


def test_a_taken_port_is_named(program, port):
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        result = program.run("serve", "--dev", "--listen", f"127.0.0.1:{port}")
    assert result.returncode == 69
    assert f"swiftturn: 127.0.0.1:{port} is taken" in result.stderr


def test_a_key_of_another_certificate_is_refused(program, authority, port):
    certificate, _ = authority.issue("one.test")
    _, key = authority.issue("two.test")
    arguments = ["--certificate", str(certificate), "--private-key", str(key), "--listen", f"127.0.0.1:{port}"]
    result = program.run("serve", *arguments)
    assert result.returncode == 78
    assert "does not match" in result.stderr


def test_event_loops_stand_back_for_the_threads_of_the_relay(program, port):
    pid = program.serve("--dev", "--listen", f"127.0.0.1:{port}", "--event-loops", "2").process.pid
    wanted = [os.getpriority(os.PRIO_PROCESS, pid) + 5] * 2
    deadline = time.monotonic() + 10
    while (found := niceness_of_event_loops(pid)) != wanted:
        assert time.monotonic() < deadline, found
        time.sleep(0.02)


def niceness_of_event_loops(pid: int) -> list[int]:
    found = []
    for thread in Path(f"/proc/{pid}/task").iterdir():
        # Other threads may end at any time.
        with contextlib.suppress(OSError):
            if (thread / "comm").read_text().startswith("NIO-ELT"):
                found.append(os.getpriority(os.PRIO_PROCESS, int(thread.name)))
    return found


def test_certificates_are_chosen_by_name(program, authority, port):
    one, two = authority.issue("one.test"), authority.issue("two.test")
    program.serve(
        "--certificate", one[0], "--private-key", one[1], "--certificate", two[0], "--private-key", two[1],
        "--listen", f"127.0.0.1:{port}",
    )
    certificates = {peer_certificate(port, name, authority.certificate) for name in ("one.test", "two.test")}
    assert len(certificates) == 2


def test_sighup_reads_certificates_again(program, authority, port):
    certificate, key = authority.issue("call.test")
    server = program.serve(
        "--certificate", certificate, "--private-key", key, "--listen", f"127.0.0.1:{port}", "--call-host", "call.test",
    )
    before = peer_certificate(port, "call.test", authority.certificate)
    key.write_text("nonsense")
    server.process.send_signal(signal.SIGHUP)
    while "configuration not read again" not in server.process.stderr.readline():
        pass
    assert peer_certificate(port, "call.test", authority.certificate) == before
    authority.issue("call.test")
    server.process.send_signal(signal.SIGHUP)
    while "configuration read again" not in (line := server.process.stderr.readline()):
        pass
    assert 'changed="certificate, private-key"' in line
    assert peer_certificate(port, "call.test", authority.certificate) != before


def test_certificates_that_others_renew_are_read_again(program, authority, port):
    certificate, key = authority.issue("call.test")
    server = program.serve("--certificate", certificate, "--private-key", key, "--listen", f"127.0.0.1:{port}")
    before = peer_certificate(port, "call.test", authority.certificate)
    authority.issue("call.test")
    while "certificates read again" not in server.process.stderr.readline():
        pass
    assert peer_certificate(port, "call.test", authority.certificate) != before


def test_sigterm_stops_with_success(program, port):
    server = program.serve("--dev", "--listen", f"127.0.0.1:{port}")
    code, _ = server.stop()
    assert code == 0
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))


def test_an_installed_program_finds_its_files(program, tmp_path, port):
    binary = tmp_path / "prefix" / "bin" / "swiftturn"
    binary.parent.mkdir(parents=True)
    shutil.copy(program.binary, binary)
    web = tmp_path / "prefix" / "share" / "swiftturn" / "web"
    shutil.copytree(REPOSITORY / "web", web)
    (web / "index.html").write_text("installed")
    server = program.serve("--dev", "--listen", f"127.0.0.1:{port}", binary=binary)
    assert get(server.url, program.authority, "/").stdout == "installed"


def test_development_keys_are_private_and_kept(program, port):
    first = program.serve("--dev", "--listen", f"127.0.0.1:{port}")
    first.stop()
    before = program.authority.read_text()
    for key in program.authority.parent.glob("*.key"):
        assert key.stat().st_mode & 0o077 == 0
    program.serve("--dev", "--listen", f"127.0.0.1:{port}").stop()
    assert program.authority.read_text() == before


def test_headers_and_files(program, port):
    server = program.serve("--dev", "--listen", f"127.0.0.1:{port}")
    page = get(server.url, program.authority, "/", "--include")
    for header in ("x-frame-options: DENY", "x-content-type-options: nosniff", "cache-control: no-cache",
                   "permissions-policy: camera=(self), microphone=(self)", "etag: "):
        assert header in page.stdout
    assert "unsafe-" not in page.stdout.split("\r\n\r\n")[0]
    etag = next(line for line in page.stdout.splitlines() if line.startswith("etag: ")).removeprefix("etag: ")
    assert "HTTP/2 304" in get(
        server.url, program.authority, "/", "--include", "--header", f"If-None-Match: {etag}").stdout
    status = ["--output", "/dev/null", "--write-out", "%{http_code}"]
    expected = {"/missing.js": "404", "/icons/none.png": "404", "/test/sw.test.js": "404", "/package.json": "404",
                "/..%2f..%2fetc/passwd": "404", "/.git/config": "404", "/healthz": "200", "/ws": "426"}
    for path, code in expected.items():
        assert get(server.url, program.authority, path, *status).stdout == code, path
    navigation = get(server.url, program.authority, "/room/7", "--header", "Accept: text/html", *status)
    assert navigation.stdout == "200"
    for path in ("/r/standup", "/r/.hidden", "/r/a%2Fb.js"):
        assert "Join Call" in get(server.url, program.authority, path).stdout, path
    assert "Connection check" in get(server.url, program.authority, "/check").stdout
    head = get(server.url, program.authority, "/style.css", "--head", "--compressed").stdout
    assert f"content-length: {(REPOSITORY / 'web' / 'style.css').stat().st_size}" in head
    packed = get(server.url, program.authority, "/style.css", "--compressed", "--include").stdout
    assert "content-encoding: " in packed and packed.rstrip().endswith("}")


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_a_file_is_the_same_from_disk_and_from_memory(program, port, encoding):
    server = program.serve("--dev", "--listen", f"127.0.0.1:{port}")
    options = ["--include", "--compressed", "--header", f"Accept-Encoding: {encoding}"]
    # The first comes from the disk. From when on another comes from memory cannot be seen: that is the point.
    answers = [get(server.url, program.authority, "/style.css", *options).stdout for _ in range(5)]
    # A file from the disk is compressed while it is sent, when nobody knows its length yet.
    framing = ("content-length: ", "transfer-encoding: ")
    kept = {"\n".join(line for line in answer.splitlines() if not line.lower().startswith(framing)) for answer in answers}
    assert len(kept) == 1 and kept.pop().endswith("}")


def test_hsts_is_for_real_hosts_only(program, authority, port):
    certificate, key = authority.issue("call.test")
    program.serve("--certificate", certificate, "--private-key", key, "--listen", f"127.0.0.1:{port}")
    resolve = ["--resolve", f"call.test:{port}:127.0.0.1", "--include"]
    page = get(f"https://call.test:{port}", authority.certificate, "/", *resolve).stdout
    assert "strict-transport-security: max-age=31536000; includeSubDomains" in page
