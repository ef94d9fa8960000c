# SPDX-License-Identifier: Apache-2.0
"""A forwarder with known faults, in place of the limit program: what it does must be what the load generator reports.

forwarder.py udp|tcp PORT [--drop-every N] [--corrupt-every N] [--delay-ms N]
"""

import argparse
import asyncio
import socket
import struct

HELLO = struct.Struct("!HHI")
WELCOME = struct.pack("!HHI12x", 0x0101, 0, 0x2112A442)


class Faults:
    def __init__(self, options):
        self.options = options
        self.count = 0

    def pass_on(self, frame, send):
        """Sends a frame on, or what is left of it."""
        self.count += 1
        if self.options.drop_every and self.count % self.options.drop_every == 0:
            return
        if self.options.corrupt_every and self.count % self.options.corrupt_every == 0:
            frame = frame[:-5] + bytes([frame[-5] ^ 0x10]) + frame[-4:]
        if self.options.delay_ms:
            asyncio.get_running_loop().call_later(self.options.delay_ms / 1000, send, frame)
        else:
            send(frame)


class Pairs:
    """Who belongs together, by what they say in their hello."""

    def __init__(self):
        self.waiting = {}
        self.others = {}

    def connect(self, hello, client):
        _, _, pair = HELLO.unpack(hello)
        other = self.waiting.pop(pair, None)
        if other is None:
            self.waiting[pair] = client
        else:
            self.others[client], self.others[other] = other, client


class Datagrams(asyncio.DatagramProtocol):
    def __init__(self, faults):
        self.faults, self.pairs = faults, Pairs()

    def connection_made(self, transport):
        self.transport = transport
        # The kernel gives what it allows: no packet is to be lost while others have the CPU.
        transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)

    def datagram_received(self, data, address):
        if len(data) == HELLO.size:
            self.pairs.connect(data, address)
            self.transport.sendto(WELCOME, address)
        elif other := self.pairs.others.get(address):
            self.faults.pass_on(data, lambda frame: self.transport.sendto(frame, other))


class Streams:
    def __init__(self, faults):
        self.faults, self.pairs = faults, Pairs()

    async def serve(self, reader, writer):
        try:
            self.pairs.connect(await reader.readexactly(HELLO.size), writer)
            writer.write(WELCOME)
            while True:
                header = await reader.readexactly(4)
                length = int.from_bytes(header[2:], "big")
                frame = header + await reader.readexactly((length + 3) & ~3)
                if other := self.pairs.others.get(writer):
                    self.faults.pass_on(frame, other.write)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("transport", choices=["udp", "tcp"])
    parser.add_argument("port", type=int)
    for fault in ("--drop-every", "--corrupt-every", "--delay-ms"):
        parser.add_argument(fault, type=int, default=0)
    options = parser.parse_args()
    faults = Faults(options)
    if options.transport == "udp":
        loop = asyncio.get_running_loop()
        await loop.create_datagram_endpoint(lambda: Datagrams(faults), ("127.0.0.1", options.port))
        await asyncio.Event().wait()
    else:
        server = await asyncio.start_server(Streams(faults).serve, "127.0.0.1", options.port)
        await server.serve_forever()


asyncio.run(main())
