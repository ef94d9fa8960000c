# SPDX-License-Identifier: Apache-2.0
"""aioice: two ICE agents that have nothing but the relay."""

import asyncio

import pytest
from aioice import Connection, TransportPolicy

from interop.cases import TCP, TLS, UDP, cases
from interop.credentials import PASSWORD, USER
from interop.ports import ADDRESSES

TIMEOUT = 30
MESSAGES = 50

CASES = cases("aioice", "ICE and data both ways", UDP, TCP, TLS)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_data_passes_both_ways(server, case, trusted_authority):
    asyncio.run(asyncio.wait_for(exchange(server, case.transport), TIMEOUT))


async def exchange(server, transport):
    left, right = (agent(server, transport, controlling) for controlling in (True, False))
    try:
        await connect(left, right)
        assert {candidate.type for side in (left, right) for candidate in side.local_candidates} == {"relay"}
        for number in range(MESSAGES):
            for source, sink in ((left, right), (right, left)):
                message = b"%d" % number
                await source.send(message)
                assert await sink.recv() == message
    finally:
        await asyncio.gather(left.close(), right.close())


def agent(server, transport, controlling):
    return Connection(
        ice_controlling=controlling,
        turn_server=("localhost" if transport == TLS else ADDRESSES["IPv4"], server.port(transport)),
        turn_username=USER,
        turn_password=PASSWORD,
        turn_transport="udp" if transport == UDP else "tcp",
        turn_ssl=transport == TLS,
        transport_policy=TransportPolicy.RELAY,
    )


async def connect(left, right):
    for side in (left, right):
        await side.gather_candidates()
    for here, there in ((left, right), (right, left)):
        here.remote_username, here.remote_password = there.local_username, there.local_password
        for candidate in [*there.local_candidates, None]:
            await here.add_remote_candidate(candidate)
    await asyncio.gather(left.connect(), right.connect())
