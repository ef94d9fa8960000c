# SPDX-License-Identifier: Apache-2.0
"""coturn's STUN clients."""

import re
import subprocess

import pytest

from interop.cases import NAT_DISCOVERY, UDP, Case, cases
from interop.ports import ADDRESSES

TIMEOUT = 30

BINDING_CASES = [Case("turnutils_stunclient", UDP, f"Binding, {family}") for family in ADDRESSES]
DISCOVERY_CASES = cases("turnutils_natdiscovery", "mapping and filtering", UDP, needs=[NAT_DISCOVERY])


@pytest.mark.parametrize("case", BINDING_CASES, ids=str)
def test_binding_tells_the_clients_address(server, case):
    address = ADDRESSES[case.feature.split()[-1]]
    output = ask("turnutils_stunclient", "-p", server.port(UDP), address)
    assert re.search(rf"UDP reflexive addr: {address}:\d+", output), output


@pytest.mark.parametrize("case", DISCOVERY_CASES, ids=str)
def test_without_a_nat_nothing_depends_on_the_endpoint(server, case):
    output = ask("turnutils_natdiscovery", "-m", "-f", "-p", server.port(UDP), ADDRESSES["IPv4"])
    assert "NAT with Endpoint Independent Mapping!" in output, output
    assert "NAT with Endpoint Independent Filtering!" in output, output


def ask(*command):
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=TIMEOUT, check=False)
    return f"{command}\n{done.stdout}{done.stderr}"
