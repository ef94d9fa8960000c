# SPDX-License-Identifier: Apache-2.0
"""Fixtures for tests that run the program itself."""

import os
import socket
import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]


def newest_binary() -> Path:
    if path := os.environ.get("SWIFTTURN_BINARY"):
        return Path(path)
    built = [REPOSITORY / ".build" / kind / "swiftturn" for kind in ("release", "debug")]
    return max((path for path in built if path.exists()), key=lambda path: path.stat().st_mtime)


class Program:
    """The program with an environment of its own."""

    def __init__(self, home: Path):
        self.binary = newest_binary()
        kept = {name: value for name, value in os.environ.items() if not name.startswith("SWIFTTURN_")}
        # Clients of a test that has ended are not worth waiting for.
        self.environment = {**kept, "XDG_DATA_HOME": str(home), "SWIFTTURN_DRAIN_SECONDS": "1"}
        self.authority = home / "swiftturn" / "dev" / "ca.pem"
        self.servers: list[subprocess.Popen] = []

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [self.binary, *arguments],
            env={**self.environment, **environment}, capture_output=True, text=True, timeout=60,
        )

    def serve(self, *arguments: str, binary: Path | None = None, **environment: str) -> "Server":
        process = subprocess.Popen(
            [binary or self.binary, "serve", *arguments],
            env={**self.environment, **environment},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        self.servers.append(process)
        return Server(process)


class Server:
    def __init__(self, process: subprocess.Popen):
        self.process = process
        self.url = process.stdout.readline().strip()
        assert self.url, process.communicate()[1]

    def stop(self) -> tuple[int, str]:
        """Ends it as an operator does; gives the exit code and the log."""
        self.process.terminate()
        log = self.process.communicate(timeout=30)[1]
        return self.process.returncode, log


@pytest.fixture
def program(tmp_path):
    program = Program(tmp_path / "data")
    yield program
    for process in program.servers:
        if process.poll() is None:
            process.kill()
            process.wait()


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def other_port() -> int:
    return free_port()


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Authority:
    """A throwaway certificate authority, made with the openssl program."""

    def __init__(self, directory: Path):
        self.directory = directory
        self.certificate = directory / "authority.pem"
        self._openssl(
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-subj", "/CN=test authority", "-keyout", "authority.key", "-out", "authority.pem",
        )

    def issue(self, name: str, days: int = 2) -> tuple[Path, Path]:
        """A certificate for a name, and its key; one that has expired where the days are less than none."""
        self._openssl(
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}",
            "-addext", f"subjectAltName=DNS:{name}", "-keyout", f"{name}.key", "-out", f"{name}.csr",
        )
        self._openssl(
            "x509", "-req", "-in", f"{name}.csr", "-CA", "authority.pem", "-CAkey", "authority.key",
            "-copy_extensions", "copy", "-days", str(days), "-out", f"{name}.pem",
        )
        return self.directory / f"{name}.pem", self.directory / f"{name}.key"

    def _openssl(self, *arguments: str):
        subprocess.run(["openssl", *arguments], cwd=self.directory, check=True, capture_output=True)


@pytest.fixture
def authority(tmp_path) -> Authority:
    directory = tmp_path / "authority"
    directory.mkdir()
    return Authority(directory)
