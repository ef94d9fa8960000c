# SPDX-License-Identifier: Apache-2.0
"""Counts the system calls of a process, with strace."""

import contextlib
import signal
import subprocess
import tempfile
import time

# What threads do that wait for nothing in particular.
IDLE = {"restart_syscall", "rt_sigsuspend", "futex"}
ATTACH_SECONDS = 10


@contextlib.contextmanager
def counted(pid):
    """Gives a list, which has the number after the block."""
    count = []
    with tempfile.NamedTemporaryFile("r") as table:
        words = ["strace", "-f", "-c", "-U", "calls,name", "-o", table.name, "-p", str(pid)]
        tracer = subprocess.Popen(words, stderr=subprocess.DEVNULL)
        try:
            wait_until_attached(pid)
            yield count
        finally:
            tracer.send_signal(signal.SIGINT)
            tracer.wait()
        count.append(total(table.read()))


def wait_until_attached(pid):
    deadline = time.monotonic() + ATTACH_SECONDS
    while "TracerPid:\t0\n" in open(f"/proc/{pid}/status", encoding="ascii").read():
        if time.monotonic() > deadline:
            raise RuntimeError("strace does not attach: is it installed, and may it trace?")
        time.sleep(0.05)


def total(table):
    rows = [line.split() for line in table.splitlines()]
    return sum(int(row[0]) for row in rows if len(row) == 2 and row[0].isdigit() and row[1] not in IDLE | {"total"})
