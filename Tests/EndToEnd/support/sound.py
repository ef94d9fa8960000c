# SPDX-License-Identifier: Apache-2.0
"""A loudspeaker that nobody hears, for machines that have none: without one Firefox's AudioContext never runs."""

import subprocess
from contextlib import contextmanager

from support.waiting import until

PULSEAUDIO = "/usr/bin/pulseaudio"
START_TIMEOUT = 30
STOP_TIMEOUT = 15


@contextmanager
def silent_loudspeaker(directory, environment):
    """The environment in which programs play into it, made of another one."""
    socket = directory / "pulse.socket"
    options = ["-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1", "--disable-shm"]
    modules = ["module-null-sink", f"module-native-protocol-unix socket={socket} auth-anonymous=1"]
    with (directory / "pulse.log").open("wb") as log:
        process = subprocess.Popen(
            [PULSEAUDIO, *options, *(f"--load={module}" for module in modules)],
            env={**environment, "XDG_RUNTIME_DIR": str(directory)},
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        until(socket.exists, lambda: f"PulseAudio listens\n{(directory / 'pulse.log').read_text()}", START_TIMEOUT)
        yield {**environment, "PULSE_SERVER": f"unix:{socket}"}
    finally:
        process.terminate()
        process.wait(STOP_TIMEOUT)
