# SPDX-License-Identifier: Apache-2.0
"""aiortc: a data channel and a short video between two peers that have nothing but the relay."""

import asyncio

import pytest
from aiortc import RTCConfiguration, RTCIceServer, RTCIceTransportPolicy, RTCPeerConnection
from aiortc.mediastreams import VideoStreamTrack

from interop.cases import TCP, TLS, UDP, cases
from interop.credentials import PASSWORD, USER
from interop.urls import turn_url

TIMEOUT = 40
FRAMES = 15

CASES = cases("aiortc", "data channel and video", UDP, TCP, TLS)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_data_channel_and_video(server, case, trusted_authority):
    asyncio.run(asyncio.wait_for(call(turn_url(server, case.transport)), TIMEOUT))


async def call(url):
    configuration = RTCConfiguration(
        iceServers=[RTCIceServer(urls=url, username=USER, credential=PASSWORD)],
        iceTransportPolicy=RTCIceTransportPolicy.RELAY,
    )
    caller, callee = RTCPeerConnection(configuration), RTCPeerConnection(configuration)
    try:
        await asyncio.gather(echo_and_video(caller, callee), negotiate(caller, callee))
        lines = (caller.localDescription.sdp + callee.localDescription.sdp).splitlines()
        assert {line.split(" typ ")[1].split()[0] for line in lines if " typ " in line} == {"relay"}
    finally:
        await asyncio.gather(caller.close(), callee.close())


async def echo_and_video(caller, callee):
    """Ends when a message has come back and FRAMES pictures were decoded."""
    loop = asyncio.get_running_loop()
    echo, track = loop.create_future(), loop.create_future()
    callee.on("track", track.set_result)
    callee.on("datachannel", lambda channel: channel.on("message", lambda text: channel.send(text.upper())))
    caller.addTrack(VideoStreamTrack())
    channel = caller.createDataChannel("interop")
    channel.on("open", lambda: channel.send("hello"))
    channel.on("message", echo.set_result)
    assert await echo == "HELLO"
    for _ in range(FRAMES):
        await (await track).recv()


async def negotiate(caller, callee):
    # Lets the other side set up what the offer must hold.
    await asyncio.sleep(0)
    await caller.setLocalDescription(await caller.createOffer())
    await callee.setRemoteDescription(caller.localDescription)
    await callee.setLocalDescription(await callee.createAnswer())
    await caller.setRemoteDescription(callee.localDescription)
