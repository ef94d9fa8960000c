# SPDX-License-Identifier: Apache-2.0
"""`swiftturn serve --domain`: certificates from a real ACME server, and what can go wrong on the way."""

import re
import signal
import socket
import ssl
import stat
import subprocess
import threading
import time
from base64 import urlsafe_b64encode
from datetime import datetime
from email.utils import formatdate
from pathlib import Path

import pytest

from conftest import free_port
from metrics import Metrics, curl
from pebble import PATIENCE, Interposer, Pebble, problem

NAME, TURN_NAME = "call.swiftturn.test", "turn.swiftturn.test"


class Log:
    """The log of a server, read as it comes so that the server never waits for its reader."""

    def __init__(self, server):
        self.server = server
        self.lines: list[str] = []
        self.news = threading.Condition()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.server.process.stderr:
            with self.news:
                self.lines.append(line)
                self.news.notify_all()

    def awaited(self, words: str, count=1) -> str:
        """The line with these words that came as number `count`."""
        found = lambda: [line for line in self.lines if words in line]
        with self.news:
            assert self.news.wait_for(lambda: len(found()) >= count, PATIENCE), f"no '{words}':\n{''.join(self.lines)}"
            return found()[count - 1]

    def __contains__(self, words: str) -> bool:
        return any(words in line for line in self.lines)


class Site:
    """A server that gets its certificate by itself."""

    def __init__(self, program, directory: Path, authority):
        self.program, self.authority = program, authority
        self.state = directory / "state"
        self.root = directory / "root.pem"
        self.socket = directory / "metrics.sock"
        self.port = free_port()

    def start(self, directory: str, *options, **environment) -> Log:
        server = self.program.serve(
            "--domain", NAME, "--acme-directory", directory, "--acme-ca-file", self.authority.certificate,
            "--acme-state", self.state, "--listen", f"127.0.0.1:{self.port}", "--metrics-socket", self.socket,
            *options, **environment,
        )
        return Log(server)

    def connect(self, name=NAME, alpn=()) -> ssl.SSLSocket:
        context = ssl.create_default_context(cafile=self.root)
        context.set_alpn_protocols(list(alpn))
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
        return context.wrap_socket(connection, server_hostname=name)

    def serial(self, name=NAME) -> str:
        with self.connect(name) as connection:
            return connection.getpeercert()["serialNumber"]

    def trust(self, *authorities: Pebble):
        self.root.write_text("".join(authority.root() for authority in authorities))

    def renewals(self, result: str) -> float:
        text = curl("--fail", "--unix-socket", self.socket, "http://localhost/metrics").stdout
        return Metrics(text)("swiftturn_certificate_renewals_total", result=result)


@pytest.fixture
def site(program, tmp_path, authority) -> Site:
    return Site(program, tmp_path, authority)


@pytest.fixture
def pebbles(tmp_path, authority):
    """Makes ACME servers, which end with the test."""
    made = []

    def make(**settings) -> Pebble:
        made.append(Pebble(tmp_path / f"pebble-{len(made)}", authority, **settings))
        return made[-1]

    yield make
    for pebble in made:
        pebble.stop()


@pytest.fixture
def interposed(site, pebbles):
    interposer = Interposer(pebbles().start(site.port))
    yield interposer
    interposer.stop()


def request(connection: ssl.SSLSocket) -> bytes:
    connection.sendall(f"GET /manifest.json HTTP/1.1\r\nHost: {NAME}\r\n\r\n".encode())
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += connection.recv(65536)
    head, _, body = answer.partition(b"\r\n\r\n")
    length = int(re.search(rb"(?i)content-length: (\d+)", head)[1])
    while len(body) < length:
        body += connection.recv(65536)
    return head.splitlines()[0]


def stop(log: Log):
    log.server.process.terminate()
    assert log.server.process.wait(30) == 0


# A certificate comes, stays, and is renewed.


def test_two_names_are_the_whole_set_up(site, pebbles):
    # Half of all nonces are refused, as CAs may.
    pebble = pebbles().start(site.port, PEBBLE_WFE_NONCEREJECT="50")
    log = site.start(pebble.directory, "--turn-domain", TURN_NAME, "--acme-email", "me@swiftturn.test")
    assert log.server.url == f"https://{NAME}:{site.port}/"
    assert NAME in log.awaited("certificate obtained")
    site.trust(pebble)
    assert site.serial(NAME) == site.serial(TURN_NAME)
    with site.connect() as connection:
        assert request(connection).endswith(b"200 OK")
    # Nobody else can have the port validate a name.
    with pytest.raises(ssl.SSLError, match="(?i)unrecognized.name"):
        site.connect(alpn=["acme-tls/1"])
    # Kept for the owner alone.
    files = sorted(site.state.iterdir())
    assert [file.name.split("-")[0] for file in files] == ["account", f"{NAME}+{TURN_NAME}.pem"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    assert stat.S_IMODE(site.state.stat().st_mode) == 0o700
    # And used again, though the CA is gone.
    before = site.serial()
    stop(log)
    pebble.stop()
    site.start(pebble.directory, "--turn-domain", TURN_NAME)
    assert site.serial() == before


def test_renewal_touches_no_live_connection(site, pebbles):
    pebble = pebbles(lifetime=6).start(site.port)
    log = site.start(pebble.directory)
    log.awaited("certificate obtained")
    site.trust(pebble)
    with site.connect() as connection:
        before = connection.getpeercert()["serialNumber"]
        assert request(connection).endswith(b"200 OK")
        log.awaited("certificate renewed")
        assert site.serial() != before
        assert request(connection).endswith(b"200 OK")
    assert site.renewals("success") >= 2 and site.renewals("failure") == 0


def test_a_ca_that_has_lost_the_account_gets_it_again(site, pebbles):
    pebble = pebbles(lifetime=6).start(site.port)
    log = site.start(pebble.directory)
    log.awaited("certificate obtained")
    pebble.stop()
    pebble.start(site.port)
    # A renewal may have fallen between.
    log.server.process.send_signal(signal.SIGHUP)
    log.awaited("registered with the CA", count=2)
    log.awaited("certificate renewed")


def test_a_ca_for_its_own_customers(site, pebbles, tmp_path):
    key = "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W"
    pebble = pebbles(accounts={"kid-1": key}).start(site.port)
    log = site.start(pebble.directory)
    assert "--acme-eab-file" in log.awaited("certificate not obtained")
    stop(log)
    accounts = tmp_path / "accounts"
    accounts.touch(mode=0o600)
    accounts.write_text(f"# of this CA\nkid-1 {key} {pebble.directory}\n")
    log = site.start(pebble.directory, "--acme-eab-file", accounts)
    log.awaited("certificate obtained")
    stop(log)
    assert not any(key in line for line in log.lines)


def test_the_ca_says_when_to_renew(site, interposed):
    """RFC 9773: a window in the past, as when a CA has to revoke, means now."""
    interposed.offers_renewal_info = True
    window = b'{"suggestedWindow": {"start": "2020-01-01T00:00:00Z", "end": "2020-01-02T00:00:00Z"}}'
    interposed.answers["/renewal"] = (200, {}, window)
    log = site.start(interposed.directory)
    log.awaited("certificate renewed")
    identifier = renewal_identifier(interposed.certificates[0])
    assert interposed.requests_of("GET", "/renewal/") == [f"/renewal/{identifier}"], "not asked again at once"
    replaced = [order.get("replaces") for order in interposed.payloads("/order-plz")]
    assert replaced[:2] == [None, identifier]


# What can be wrong.


def test_a_name_that_leads_elsewhere(site, pebbles, program):
    elsewhere = free_port()
    program.serve("--dev", "--listen", f"127.0.0.1:{elsewhere}")
    pebble = pebbles().start(elsewhere)
    log = site.start(pebble.directory)
    line = log.awaited("certificate not obtained")
    assert f"could not validate {NAME}" in line and "DNS record" in line and "again=" in line
    with pytest.raises(ssl.SSLError):
        site.root.write_text(pebble.root())
        site.connect()
    assert site.renewals("failure") == 1
    # The record is set right, and the operator does not want to wait.
    pebble.stop()
    pebble.start(site.port)
    log.server.process.send_signal(signal.SIGHUP)
    log.awaited("certificate obtained")


def test_a_port_that_is_not_reached(site, pebbles):
    log = site.start(pebbles().start(free_port()).directory)
    line = log.awaited("certificate not obtained")
    assert "Failed to connect" in line and f"let the Internet reach port 443 of {NAME}" in line


def test_a_ca_that_is_down_is_followed_by_another(site, pebbles):
    down, up = pebbles(), pebbles().start(site.port)
    log = site.start(down.directory, "--acme-fallback-directory", up.directory)
    assert "refuses the connection" in log.awaited("certificate not obtained")
    assert up.directory in log.awaited("certificate obtained")
    site.trust(up)
    assert site.serial()


def test_a_limit_is_kept_to(site, interposed):
    interposed.answers["/order-plz"] = (429, {"Retry-After": "3600"}, problem("rateLimited"))
    log = site.start(interposed.directory)
    line = log.awaited("certificate not obtained")
    again = datetime.fromisoformat(re.search(r"again=(\S+)", line)[1]).timestamp()
    assert "rateLimited!" in line and 3500 < again - time.time() <= 3600


def test_a_clock_that_is_not_the_ca_s(site, interposed):
    interposed.date = formatdate(time.time() - 7200, usegmt=True)
    log = site.start(interposed.directory)
    assert "clock is ahead of the CA's" in log.awaited("set it")
    log.awaited("certificate obtained")


@pytest.fixture
def full_disk(site):
    """The state on a file system without room; gives what to call to make some."""
    site.state.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m,nr_inodes=100,mode=700", "swiftturn-test", site.state]
    if subprocess.run(command, capture_output=True).returncode != 0:
        pytest.skip("mounting a small file system needs root")
    filler = site.state / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass
    yield filler.unlink
    subprocess.run(["umount", "--lazy", site.state], check=True)


def test_a_full_disk(site, interposed, full_disk):
    log = site.start(interposed.directory)
    assert "No space left on device" in log.awaited("certificate not obtained")
    assert interposed.requests == [], "a certificate that could not be kept is not asked for"
    full_disk()
    log.server.process.send_signal(signal.SIGHUP)
    log.awaited("certificate obtained")
    assert len(list(site.state.iterdir())) == 2, "nothing half-written is left"


# State and options.


@pytest.mark.parametrize("file, text", [
    (f"{NAME}.pem", "nonsense"), (f"{NAME}.pem", "Issued by: https://ca.test/\n-----BEGIN PRIVATE KEY-----\n"),
    ("account-ca.test-3f0f069f145c.pem", "Account: \nnonsense\n"),
])
def test_a_damaged_file_stays_as_it_is(program, site, file, text):
    site.state.mkdir(mode=0o700)
    damaged = site.state / file
    damaged.touch(mode=0o600)
    damaged.write_text(text)
    arguments = ["--domain", NAME, "--acme-state", str(site.state), "--acme-directory", "https://ca.test/dir"]
    result = program.run("serve", *arguments, "--listen", f"127.0.0.1:{site.port}")
    assert result.returncode == 65, result.stderr
    assert str(damaged) in result.stderr and "move it away" in result.stderr
    assert damaged.read_text() == text


def test_a_directory_that_others_can_read_is_refused(program, site):
    site.state.mkdir(mode=0o755)
    result = program.run("serve", "--domain", NAME, "--acme-state", str(site.state))
    assert result.returncode == 78 and "chmod 700" in result.stderr


@pytest.mark.parametrize("arguments, words", [
    (["--domain", "localhost"], "not a name that a CA gives certificates for"),
    (["--domain", "192.0.2.1"], "not a name that a CA gives certificates for"),
    (["--domain", NAME, "--certificate", "c.pem", "--private-key", "k.pem"], "leave one out"),
    (["--domain", NAME, "--dev"], "leave one out"),
    (["--domain", NAME, "--call-host", "other.test"], "call-host 'other.test' is not in the certificate"),
    (["--domain", NAME, "--turn-host", "other.test"], "turn-host 'other.test' is not in the certificate"),
    (["--domain", NAME, "--acme-directory", "http://ca.test/"], "is not an https URL"),
    (["--domain", NAME, "--acme-email", "me"], "acme-email 'me' is not an address"),
    (["--domain", NAME, "--listen", "udp:127.0.0.1:3478"], "listeners that do TLS"),
    (["--turn-domain", TURN_NAME, "--dev"], "turn-domain is of no use without domain"),
])
def test_options_that_do_not_go_together(program, arguments, words):
    result = program.run("serve", *arguments)
    assert result.returncode == 78 and words in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_file_of_accounts_is_a_secret(program, tmp_path):
    for text, mode, words in [
        ("kid-1 c2VjcmV0", 0o644, "chmod 600"), ("kid-1", 0o600, "line 1"), ("kid-1 !!secret!!", 0o600, "line 1"),
        ("kid-1 c2VjcmV0 https://other.test/", 0o600, "line 1"), ("# nothing", 0o600, "no account"),
    ]:
        file = tmp_path / "accounts"
        file.write_text(text)
        file.chmod(mode)
        result = program.run("serve", "--domain", NAME, "--acme-eab-file", str(file))
        assert result.returncode == 78 and words in result.stderr
        assert "secret" not in result.stderr and "c2VjcmV0" not in result.stderr


def renewal_identifier(pem: str) -> str:
    """As RFC 9773, section 4.1, says, by the openssl program."""
    command = ["openssl", "x509", "-noout", "-serial", "-ext", "authorityKeyIdentifier"]
    text = subprocess.run(command, input=pem, capture_output=True, text=True, check=True).stdout
    serial = bytes.fromhex(re.search("serial=([0-9A-F]+)", text)[1])
    key = bytes.fromhex(re.search("((?:[0-9A-F]{2}:){19}[0-9A-F]{2})", text)[1].replace(":", ""))
    if serial[0] & 0x80:
        serial = b"\0" + serial
    return ".".join(urlsafe_b64encode(part).decode().rstrip("=") for part in (key, serial))
