# SPDX-License-Identifier: Apache-2.0
"""The servers that are compared, each on a CPU of its own and with one thread for media."""

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

ADDRESS = "127.0.0.1"
USER = PASSWORD = REALM = "bench"
START_SECONDS = 15


def free_port():
    """A port that is free for UDP and TCP at this moment."""
    for _ in range(100):
        with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            tcp.bind((ADDRESS, 0))
            try:
                udp.bind(tcp.getsockname())
            except OSError:
                continue
            return tcp.getsockname()[1]
    raise RuntimeError("no port is free for UDP and TCP")


class Certificate:
    """RSA with 2048 bits, as most servers have."""

    name = "rsa"
    key_type = ("-newkey", "rsa:2048")

    def __init__(self, directory):
        self.chain, self.key = directory / f"{self.name}-certificate.pem", directory / f"{self.name}-key.pem"
        if not self.chain.exists():
            subprocess.run(
                ["openssl", "req", "-x509", *self.key_type, "-nodes", "-days", "30", "-subj", "/CN=localhost",
                 "-addext", "subjectAltName=DNS:localhost", "-keyout", self.key, "-out", self.chain],
                check=True, capture_output=True,
            )  # fmt: skip


class SmallCertificate(Certificate):
    """ECDSA on P-256, as certbot makes them since its version 2."""

    name = "ecdsa"
    key_type = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1")


class Server:
    """A server process. Subclasses say how it is started for a transport."""

    title = ""
    relay_ports = (20_000, 29_999)

    def __init__(self, directory, certificate, cpus="0", loops=1):
        self.directory, self.certificate, self.cpus, self.loops = directory, certificate, cpus, loops
        self.process = None

    def command(self, transport, port):
        raise NotImplementedError

    def start(self, transport):
        self.port = free_port()
        # Two servers of a kind may run at a time.
        self.log = self.directory / f"{self.title.replace(' ', '-')}-{self.port}.log"
        with self.log.open("wb") as log:
            words = ["taskset", "-c", self.cpus, *map(str, self.command(transport, self.port))]
            self.process = subprocess.Popen(words, cwd=self.directory, stdout=log, stderr=log)
        self.wait_until_ready(transport)
        return self

    def wait_until_ready(self, transport):
        """Until something listens on the port."""
        deadline = time.monotonic() + START_SECONDS
        table = "udp" if transport == "udp" else "tcp"
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            if f":{self.port:04X} " in Path(f"/proc/net/{table}").read_text():
                return
            time.sleep(0.05)
        raise RuntimeError(f"{self.title} does not listen: {self.log.read_text(errors='replace')[-2000:]}")

    @property
    def pid(self):
        return self.process.pid

    @property
    def pids(self):
        """Of all that the server consists of."""
        return [self.pid]

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class SwiftTURN(Server):
    title = "swiftturn"

    def command(self, transport, port):
        yield from (binary("SWIFTTURN_BINARY"), "serve", "--event-loops", self.loops, "--call-host", "localhost")
        yield from ("--drain-seconds", "1")
        yield from ("--listen", f"{transport}:{ADDRESS}:{port}", "--realm", REALM, "--user", f"{USER}:{PASSWORD}")
        yield from ("--certificate", self.certificate.chain, "--private-key", self.certificate.key)
        yield from ("--allocations-per-user", 100_000, "--allocations-in-total", 100_000)
        # All clients have one address here.
        yield from ("--challenges-per-second-per-address", 0)
        yield from self.relay_options()

    def relay_options(self):
        return ()


class OpenSwiftTURN(SwiftTURN):
    def relay_options(self):
        yield from ("--relay", "open", "--relay-address", ADDRESS, "--allow-peer", "127.0.0.0/8")
        yield from ("--relay-ports", "{}-{}".format(*self.relay_ports))


class Coturn(Server):
    title = "coturn"

    def command(self, transport, port):
        other = free_port()
        plain, secure = (other, port) if transport == "tls" else (port, other)
        return [
            "turnserver", "-n", "--lt-cred-mech", "--user", f"{USER}:{PASSWORD}", "--realm", REALM, "--no-cli",
            "--listening-ip", ADDRESS, "--relay-ip", ADDRESS, "--listening-port", plain, "--tls-listening-port", secure,
            "--alt-listening-port", free_port(), "--cert", self.certificate.chain, "--pkey", self.certificate.key,
            "--relay-threads", self.loops, "--allow-loopback-peers", "--log-file", "/dev/null", "--no-stdout-log",
            "--min-port", self.relay_ports[0], "--max-port", self.relay_ports[1],
            "--pidfile", self.directory / "coturn.pid", "--userdb", self.directory / "coturn.db",
        ]  # fmt: skip


class SmallCertificateServer(Server):
    """Has a small certificate in place of the one it is given."""

    def __init__(self, directory, certificate, *options, **more):
        super().__init__(directory, SmallCertificate(directory), *options, **more)


class SmallOpenSwiftTURN(SmallCertificateServer, OpenSwiftTURN):
    pass


class SmallCoturn(SmallCertificateServer, Coturn):
    pass


class Limit(Server):
    title = "limit"

    def command(self, transport, port):
        secure = (self.certificate.chain, self.certificate.key) if transport == "tls" else ()
        return [binary("LIMIT_BINARY"), transport, port, *secure]


def binary(variable):
    found = shutil.which(os.environ.get(variable, ""))
    if not found:
        raise RuntimeError(f"{variable} names no program")
    return found
