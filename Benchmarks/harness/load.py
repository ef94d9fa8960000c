# SPDX-License-Identifier: Apache-2.0
"""Runs the load generator, on the CPU that the servers don't have."""

import json
import subprocess

from harness.servers import ADDRESS, PASSWORD, USER, binary

CPU = "1"


def words(command, server, transport, *options, cpu=CPU):
    return list(map(str, [
        "taskset", "-c", cpu, binary("LOAD_BINARY"), command, "--transport", transport, "--address", ADDRESS,
        "--port", server.port, "--user", USER, "--password", PASSWORD, "--server", server.pid, *options,
    ]))  # fmt: skip


def run(command, server, transport, *options, prefix=(), timeout=120):
    return report([*prefix, *words(command, server, transport, *options)], command, server, timeout)


def run_web(command, server, *options, timeout=300):
    """Signaling or files: of a server that may be several processes."""
    processes = [word for pid in server.pids for word in ("--process", pid)]
    program = ("taskset", "-c", CPU, binary("LOAD_BINARY"), command, "--address", ADDRESS, "--port", server.port)
    return report(list(map(str, [*program, *processes, *options])), command, server, timeout)


def report(program, command, server, timeout):
    done = subprocess.run(program, capture_output=True, text=True, timeout=timeout, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"load {command} against {server.title}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def start(command, server, transport, *options, prefix=(), cpu=CPU):
    """Beside another run; `finish` waits for it."""
    return subprocess.Popen(
        [*prefix, *words(command, server, transport, *options, cpu=cpu)], stdout=subprocess.PIPE, text=True
    )


def finish(process, timeout=60):
    output, _ = process.communicate(timeout=timeout)
    if process.returncode != 0:
        raise RuntimeError(f"load beside another run ended with {process.returncode}")
    return json.loads(output)


def first_report(process):
    """What a run that goes on has printed so far; waits for it."""
    line = process.stdout.readline()
    if not line:
        raise RuntimeError(f"load beside another run ended with {process.wait()} before it reported")
    return json.loads(line)
