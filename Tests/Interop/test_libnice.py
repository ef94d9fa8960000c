# SPDX-License-Identifier: Apache-2.0
"""libnice, which GStreamer and Janus use. It has no TLS of its own (docs/compatibility.md)."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from interop.cases import TCP, UDP, cases
from interop.credentials import PASSWORD, USER
from interop.ports import ADDRESSES

SCRIPT = Path(__file__).parent / "interop" / "nice_pair.py"
# Its bindings belong to the system's Python.
PYTHON = "/usr/bin/python3"
TIMEOUT = 40

CASES = [
    *cases("libnice", "ICE and data both ways", UDP, TCP),
    *cases("libnice", "IPv6: ICE and data both ways", UDP, TCP),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_data_passes_both_ways(server, case):
    address = ADDRESSES["IPv6" if "IPv6" in case.feature else "IPv4"]
    done = subprocess.run(
        [PYTHON, SCRIPT, case.transport, address, str(server.port(case.transport))],
        env={**os.environ, "TURN_USER": USER, "TURN_PASSWORD": PASSWORD},
        capture_output=True, text=True, timeout=TIMEOUT, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert seen["delivered"], f"{seen}\n{done.stderr}"
    assert set(seen["candidates"]) == {"relayed"}, seen
