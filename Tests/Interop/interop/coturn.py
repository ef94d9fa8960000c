# SPDX-License-Identifier: Apache-2.0
"""Debian's coturn, as the reference."""

import contextlib
import sqlite3
from pathlib import Path

from interop.binding import answers_udp
from interop.cases import DTLS, EVERYTHING, TLS
from interop.credentials import CARELESS_USER, OAUTH_KEYS, PASSWORD, REALM, SECRET, USER
from interop.ports import ADDRESSES, ALTERNATE_ADDRESS, RELAY_PORTS, free_port
from interop.program import Program

SCHEMA = Path("/usr/share/coturn/schema.sql")


class Coturn:
    """Two processes: one that knows users verifies no time-limited credentials."""

    title = "coturn"
    offers = EVERYTHING

    def __init__(self, directory, authority):
        self.authority = authority
        self.users = Turnserver(
            make(directory / "users"), authority,
            "--lt-cred-mech", "--user", f"{USER}:{PASSWORD}", "--user", f"{CARELESS_USER}:{PASSWORD}",
            "--oauth", "--server-name", REALM, "--mobility",
        )  # fmt: skip
        self.secrets = Turnserver(
            make(directory / "secrets"), authority, "--use-auth-secret", "--static-auth-secret", SECRET
        )

    def start(self):
        self.users.start()
        self.secrets.start()
        return self

    def stop(self):
        self.users.stop()
        self.secrets.stop()

    def port(self, transport):
        return self.users.tls_port if transport in (TLS, DTLS) else self.users.port

    def secret_port(self, transport):
        return self.secrets.tls_port if transport == TLS else self.secrets.port

    def check(self):
        self.users.program.check()
        self.secrets.program.check()


class Turnserver:
    def __init__(self, directory, authority, *options):
        # Two for each transport: RFC 5780 wants an alternate port.
        self.port = free_port(4)
        self.tls_port = self.port + 2
        certificate, key = authority.leaf("localhost")
        listening = [option for address in (*ADDRESSES.values(), ALTERNATE_ADDRESS) for option in ("-L", address)]
        relaying = [option for address in ADDRESSES.values() for option in ("-E", address)]
        self.directory = directory
        self.program = Program(
            directory,
            "turnserver", "-n", *listening, *relaying, "--allow-loopback-peers", "--no-cli", "--realm", REALM,
            "--listening-port", self.port, "--alt-listening-port", self.port + 1,
            "--tls-listening-port", self.tls_port, "--alt-tls-listening-port", self.tls_port + 1,
            "--min-port", RELAY_PORTS[0], "--max-port", RELAY_PORTS[1], "--cert", certificate, "--pkey", key,
            "--db", directory / "turndb", "--pidfile", directory / "pid", "--log-file", "stdout", *options,
        )  # fmt: skip

    def start(self):
        with contextlib.closing(sqlite3.connect(self.directory / "turndb")) as database, database:
            database.executescript(SCHEMA.read_text())
            database.executemany(
                "insert into oauth_key (kid, ikm_key, as_rs_alg, realm) values (?, ?, ?, ?)",
                [(*key, REALM) for key in OAUTH_KEYS],
            )
        self.program.start(lambda: answers_udp("127.0.0.1", self.port))

    def stop(self):
        self.program.stop()


def make(directory):
    directory.mkdir()
    return directory
