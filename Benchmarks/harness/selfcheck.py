# SPDX-License-Identifier: Apache-2.0
"""The harness measures a forwarder with known faults, and must see exactly those."""

import sys
from pathlib import Path

from harness import load
from harness.servers import Server

DROP_EVERY, CORRUPT_EVERY, DELAY_MS = 20, 50, 5
# A forwarder in Python is late by itself; it is never early.
LATENESS_MS = 5
SHAPE = ("--to", "limit", "--pairs", 2, "--size", 160, "--rate", 500, "--seconds", 3, "--sleeps")


class Forwarder(Server):
    title = "forwarder"
    faults = ()

    def command(self, transport, port):
        return [sys.executable, Path(__file__).with_name("forwarder.py"), transport, port, *self.faults]


def measure(directory, transport, *faults):
    forwarder = Forwarder(directory, None)
    forwarder.faults = faults
    with forwarder.start(transport):
        return load.run("call", forwarder, transport, *SHAPE)


def check(directory):
    """Raises AssertionError when the generator sees something else than what was done."""
    for transport in ("udp", "tcp"):
        clean = measure(directory, transport)
        assert clean["sent"] == clean["delivered"] > 0, clean
        assert clean["lost"] == clean["corrupted"] == clean["reordered"] == clean["misdelivered"] == 0, clean

        dropped = measure(directory, transport, "--drop-every", DROP_EVERY)
        assert dropped["lost"] == dropped["sent"] // DROP_EVERY > 0, dropped

        corrupted = measure(directory, transport, "--corrupt-every", CORRUPT_EVERY)
        assert corrupted["corrupted"] == corrupted["sent"] // CORRUPT_EVERY > 0, corrupted

        delayed = measure(directory, transport, "--delay-ms", DELAY_MS)
        # Of the least latencies: what else the machine does makes others larger.
        added = (delayed["latency_us_min"] - clean["latency_us_min"]) / 1000
        assert DELAY_MS - 1 <= added <= DELAY_MS + LATENESS_MS, (clean, delayed)
        assert delayed["latency_us_min"] >= DELAY_MS * 1000, delayed
        print(f"self-check over {transport}: 1 in {DROP_EVERY} dropped, 1 in {CORRUPT_EVERY} corrupted and "
              f"{DELAY_MS} ms of delay are seen as that")  # fmt: skip
