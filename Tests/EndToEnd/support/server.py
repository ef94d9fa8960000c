# SPDX-License-Identifier: Apache-2.0
"""A swiftturn process, its command line and its life."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from support.waiting import until

REPOSITORY = Path(__file__).resolve().parents[3]
WEB_ROOT = REPOSITORY / "web"
START_TIMEOUT = 30
STOP_TIMEOUT = 15


def binary():
    """SWIFTTURN_BINARY, else the newest build of this repository."""
    if configured := os.environ.get("SWIFTTURN_BINARY"):
        return Path(configured)
    builds = [REPOSITORY / ".build" / kind / "swiftturn" for kind in ("release", "debug")]
    found = [path for path in builds if path.exists()]
    assert found, "no build of swiftturn: run swift build, or set SWIFTTURN_BINARY"
    return max(found, key=lambda path: path.stat().st_mtime)


def free_port(*addresses):
    """A TCP port that is free on each of these addresses (127.0.0.1 where none is given)."""
    addresses = addresses or ("127.0.0.1",)
    while True:
        with socket.create_server((addresses[0], 0)) as first:
            port = first.getsockname()[1]
            if all(is_free(address, port) for address in addresses[1:]):
                return port


def is_free(address, port):
    try:
        socket.create_server((address, port)).close()
        return True
    except OSError:
        return False


class Server:
    """One `swiftturn serve`, which can be started again after its end.

    `roles` restricts the listener, as "/web" does; `place` makes a command line of one that runs somewhere else;
    `listener` is a listening socket for the port that outlives the process, as one of systemd does.
    """

    def __init__(
        self, directory, data_home, port, options, address="127.0.0.1", roles="", place=list, listener=None
    ):
        self.port = port
        self.stdout_file = Path(directory) / "stdout"
        self.log_file = Path(directory) / "stderr"
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("SWIFTTURN_")},
            "XDG_DATA_HOME": str(data_home),
            "SWIFTTURN_DRAIN_SECONDS": "3",
        }
        self.command = place([str(binary()), "serve", "--listen", f"{address}:{port}{roles}", *map(str, options)])
        self.inherited = [listener.fileno()] if listener else []
        if listener:
            self.command = [sys.executable, str(REPOSITORY / "Tests" / "activate.py"), *map(str, self.inherited), *self.command]
        self.process = None
        self.url = None

    def start(self):
        # The log grows over restarts; the URL is of this start.
        with self.stdout_file.open("wb") as stdout, self.log_file.open("ab") as log:
            self.process = subprocess.Popen(
                self.command, env=self.environment, stdin=subprocess.DEVNULL, stdout=stdout, stderr=log,
                pass_fds=self.inherited,
            )
        self.url = until(self._announced_url, lambda: f"the server listens\n{self.log}", START_TIMEOUT, 0.05)
        return self

    def _announced_url(self):
        assert self.process.poll() is None, f"the server ended with {self.process.returncode}\n{self.log}"
        text = self.stdout_file.read_text()
        return text.strip() if text.endswith("\n") else None

    @property
    def pid(self):
        return self.process.pid

    @property
    def is_running(self):
        return self.process is not None and self.process.poll() is None

    @property
    def log(self):
        return self.log_file.read_text(errors="backslashreplace")

    def stop(self):
        """SIGTERM, as an operator would; whatever does not end is killed and fails the test."""
        if not self.is_running:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"the server ignored SIGTERM for {STOP_TIMEOUT} s\n{self.log}") from None

    def kill(self):
        """No farewell to anyone, as when the machine loses power."""
        self.process.kill()
        self.process.wait(STOP_TIMEOUT)
