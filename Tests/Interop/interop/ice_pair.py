# SPDX-License-Identifier: Apache-2.0
"""aioice: two ICE agents that have nothing but the relay."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from aioice import Connection, TransportPolicy

from interop.cases import TLS, UDP

TIMEOUT = 30
MESSAGES = 50


def exchange(host, port, transport, username, password):
    """Messages both ways, each compared."""

    async def in_time():
        agents = [agent(host, port, transport, username, password, controlling) for controlling in (True, False)]
        await asyncio.wait_for(talk(*agents), TIMEOUT)

    # A thread of its own: where a browser is driven, this one has an event loop already.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, in_time()).result()


def agent(host, port, transport, username, password, controlling):
    return Connection(
        ice_controlling=controlling,
        turn_server=(host, port),
        turn_username=username,
        turn_password=password,
        turn_transport="udp" if transport == UDP else "tcp",
        turn_ssl=transport == TLS,
        transport_policy=TransportPolicy.RELAY,
    )


async def talk(left, right):
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


async def connect(left, right):
    for side in (left, right):
        await side.gather_candidates()
    for here, there in ((left, right), (right, left)):
        here.remote_username, here.remote_password = there.local_username, there.local_password
        for candidate in [*there.local_candidates, None]:
            await here.add_remote_candidate(candidate)
    await asyncio.gather(left.connect(), right.connect())
