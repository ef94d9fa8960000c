# SPDX-License-Identifier: Apache-2.0
"""The load generator of signaling and files meets a server with known faults, and must see exactly those."""

import sys
from pathlib import Path

from harness import load
from harness.servers import Server
from harness.webservers import web_root

DROP_EVERY, CORRUPT_EVERY, REPEAT_EVERY = 20, 30, 50


class FaultyHub(Server):
    title = "faulty hub"
    faults = ()

    def command(self, transport, port):
        page = web_root(self.directory) / "index.html"
        yield from (sys.executable, Path(__file__).with_name("faultyhub.py"), port)
        yield from (self.certificate.chain, self.certificate.key, page, *self.faults)


def measure(directory, certificate, command, *options, faults=()):
    hub = FaultyHub(directory, certificate)
    hub.faults = faults
    with hub.start("tls"):
        return load.run_web(command, hub, "--seconds", 1, "--warmup", 0.2, *options)


def relay(directory, certificate, *faults):
    return measure(directory, certificate, "relay", "--rooms", 3, faults=faults)


def check(directory, certificate):
    """Raises AssertionError when the generator sees something else than what was done."""
    clean = relay(directory, certificate)
    assert clean["sent"] == clean["received"] > 0, clean
    assert clean["lost"] == clean["garbled"] == clean["reordered"] == 0, clean

    dropped = relay(directory, certificate, "--drop-every", DROP_EVERY)
    assert dropped["lost"] == dropped["sent"] // DROP_EVERY > 0 == dropped["garbled"], dropped

    corrupted = relay(directory, certificate, "--corrupt-every", CORRUPT_EVERY)
    assert corrupted["garbled"] == corrupted["sent"] // CORRUPT_EVERY > 0 == corrupted["lost"], corrupted

    repeated = relay(directory, certificate, "--repeat-every", REPEAT_EVERY)
    assert repeated["reordered"] == repeated["sent"] // REPEAT_EVERY > 0 == repeated["lost"], repeated

    page = web_root(directory) / "index.html"
    web = measure(directory, certificate, "web", "--file", page, faults=("--corrupt-every", CORRUPT_EVERY))
    answered = web["received"] + web["wrong"]
    assert web["wrong"] == answered // CORRUPT_EVERY > 0, web
    print(f"self-check of signaling and files: 1 message in {DROP_EVERY} dropped, 1 in {CORRUPT_EVERY} corrupted and "
          f"1 in {REPEAT_EVERY} repeated are seen as that, and so are corrupted pages")  # fmt: skip
