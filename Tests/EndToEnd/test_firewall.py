# SPDX-License-Identifier: Apache-2.0
"""A call across firewalls that pass TCP 443 alone, with a capture of every packet: scripts/firewall-lab."""

import json
import os
import subprocess

import pytest

from support.server import REPOSITORY, binary

LAB = REPOSITORY / "scripts" / "firewall-lab"
REFUSED = 77
VARIANTS = {"one-address": "TCP 443", "proxy": "TCP 3128"}


def test_nothing_but_tcp_443_passes_and_the_call_works(tmp_path, capfd):
    report = tmp_path / "report.json"
    with capfd.disabled():
        # What was on the wire is in the log of the tests, also when all is well.
        print(flush=True)
        done = subprocess.run(
            [LAB, *VARIANTS, "--json", report],
            env={**os.environ, "SWIFTTURN_BINARY": str(binary())}, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    if done.returncode == REFUSED:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stderr
    results = json.loads(report.read_text())
    assert results.keys() == VARIANTS.keys()
    for name, client_port in VARIANTS.items():
        expect_one_port(results[name], client_port)


def expect_one_port(result, client_port):
    people, server = result["capture"]["people"], result["capture"]["server"]
    assert set(people["left"]) - {"ARP"} == {client_port}
    assert set(server["left"]) - {"ARP"} == {"TCP 443"}
    for side in (people, server):
        assert side["arrived"]["UDP 443, sent on purpose"] >= 1
    assert set(result["server listens on"]) == {"TCP 443"}
    for measured in result["call"].values():
        assert measured["pictures each second"] > 0
        assert measured["received, kbit/s"] > 0
    assert len(result["call"]) == 2
