# SPDX-License-Identifier: Apache-2.0
"""coturn, a TURN server of others, on loopback addresses for one test."""

import contextlib
import shutil
import socket
import subprocess
import time
from pathlib import Path

USER = ["--user", "alice", "--password", "wonder land"]

CONFIGURATION = """
listening-ip=127.0.0.1
listening-ip=127.0.0.2
listening-port={port}
alt-listening-port={other_port}
relay-ip=127.0.0.1
lt-cred-mech
realm=test.example
user=alice:wonder land
allow-loopback-peers
no-tls
no-dtls
no-cli
userdb={directory}/users
pidfile={directory}/pid
log-file=stdout
"""


class Coturn:
    def __init__(self, directory: Path):
        self.port, other_port = free_ports(2)
        configuration = directory / "turnserver.conf"
        configuration.write_text(CONFIGURATION.format(port=self.port, other_port=other_port, directory=directory))
        program = shutil.which("turnserver")
        assert program, "coturn is not installed: scripts/packages.sh has it among the test packages"
        with (directory / "log").open("w") as log:
            self.process = subprocess.Popen([program, "-c", configuration], stdout=log, stderr=log)
        self._wait()

    def _wait(self):
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and self.process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.2", self.port), timeout=1):
                return
            time.sleep(0.02)
        raise AssertionError("coturn does not listen")

    def uri(self, transport: str) -> str:
        return f"turn:127.0.0.1:{self.port}?transport={transport}"

    def stop(self):
        self.process.terminate()
        self.process.wait(timeout=20)


def free_ports(count: int) -> list[int]:
    """Free for UDP and TCP, on both addresses."""
    ports = []
    while len(ports) < count:
        with contextlib.ExitStack() as stack:
            first = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            first.bind(("127.0.0.1", 0))
            port = first.getsockname()[1]
            with contextlib.suppress(OSError):
                for host, kind in [("127.0.0.2", socket.SOCK_DGRAM), ("127.0.0.1", socket.SOCK_STREAM),
                                   ("127.0.0.2", socket.SOCK_STREAM)]:
                    stack.enter_context(socket.socket(socket.AF_INET, kind)).bind((host, port))
                if port not in ports:
                    ports.append(port)
    return ports
