# SPDX-License-Identifier: Apache-2.0
"""A program in the background."""

import subprocess
from pathlib import Path

from support.waiting import until

STOP_TIMEOUT = 10


class Program:
    """Started with its output in a file; ended by its process ID."""

    def __init__(self, directory, *command, environment=None):
        self.command = [str(part) for part in command]
        self.environment = environment
        self.directory = directory
        self.log_file = directory / f"{Path(self.command[0]).name}.log"
        self.process = None

    def start(self, is_ready):
        with self.log_file.open("wb") as log:
            self.process = subprocess.Popen(
                self.command, cwd=self.directory, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        until(lambda: self.check() or is_ready(), lambda: f"{self.command[0]} is ready\n{self.log}", pause=0.05)
        return self

    def check(self):
        assert self.is_running, f"{self.command} ended with {self.process.returncode}\n{self.log}"

    @property
    def is_running(self):
        return self.process is not None and self.process.poll() is None

    @property
    def log(self):
        return self.log_file.read_text(errors="backslashreplace")

    def stop(self):
        if not self.is_running:
            return
        self.process.terminate()
        try:
            self.process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(STOP_TIMEOUT)


class Service:
    """A program of others that serves HTTP: `program` is started until `answers()` is true."""

    def start(self):
        self.program.start(self.answers)
        return self

    def stop(self):
        self.program.stop()
