# SPDX-License-Identifier: Apache-2.0
"""aioice: two ICE agents that have nothing but the relay."""

import pytest

from interop.cases import TCP, TLS, UDP, cases
from interop.credentials import PASSWORD, USER
from interop.ice_pair import exchange
from interop.ports import ADDRESSES

CASES = cases("aioice", "ICE and data both ways", UDP, TCP, TLS)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_data_passes_both_ways(server, case, trusted_authority):
    host = "localhost" if case.transport == TLS else ADDRESSES["IPv4"]
    exchange(host, server.port(case.transport), case.transport, USER, PASSWORD)
