# SPDX-License-Identifier: Apache-2.0
"""Signaling and one page with known faults: what they do must be what the load generator reports.

faultyhub.py PORT CERTIFICATE KEY PAGE [--drop-every N] [--corrupt-every N] [--repeat-every N]
"""

import argparse
import asyncio
import base64
import hashlib
import json
import ssl
import struct
from pathlib import Path

# RFC 6455, section 1.3.
ACCEPT = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class Hub:
    def __init__(self, options):
        self.options, self.rooms, self.count, self.members = options, {}, 0, 0

    async def serve(self, reader, writer):
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                if b"Sec-WebSocket-Key: " not in head:
                    writer.write(self.page())
                    continue
                key = head.split(b"Sec-WebSocket-Key: ")[1].split(b"\r\n")[0]
                writer.write(upgraded(key))
                await self.follow(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    def page(self):
        self.count += 1
        body = Path(self.options.page).read_bytes()
        if self.is_due(self.options.corrupt_every):
            body = body[:-1] + bytes([body[-1] ^ 1])
        return b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body

    async def follow(self, reader, writer):
        self.members += 1
        identifier = f"member-{self.members:029}"
        while True:
            message = json.loads(await frame(reader))
            if message["type"] == "join":
                room = self.rooms.setdefault(message["room"], {})
                room[identifier] = writer
                writer.write(text(json.dumps({"type": "joined", "peerId": identifier}, separators=(",", ":"))))
            else:
                self.relay(message, identifier, room[message["target"]])

    def relay(self, message, sender, target):
        self.count += 1
        passed = {"type": message["type"], "from": sender, "candidate": message["candidate"]}
        said = json.dumps(passed, separators=(",", ":"))
        if self.is_due(self.options.corrupt_every):
            said = said.replace("sdpMid", "sdpmid")
        if self.is_due(self.options.drop_every):
            return
        target.write(text(said) * (2 if self.is_due(self.options.repeat_every) else 1))

    def is_due(self, every):
        return every and self.count % every == 0


def upgraded(key):
    accept = base64.b64encode(hashlib.sha1(key + ACCEPT).digest())
    return (b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n")  # fmt: skip


async def frame(reader):
    """What a client says in one frame, which is short and masked."""
    _, length = await reader.readexactly(2)
    length &= 0x7F
    if length == 126:
        (length,) = struct.unpack("!H", await reader.readexactly(2))
    mask, data = await reader.readexactly(4), await reader.readexactly(length)
    return bytes(byte ^ mask[index % 4] for index, byte in enumerate(data))


def text(said):
    data = said.encode()
    return (bytes([0x81, len(data)]) if len(data) < 126 else struct.pack("!BBH", 0x81, 126, len(data))) + data


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("port", type=int)
    for name in ("certificate", "key", "page"):
        parser.add_argument(name)
    for fault in ("--drop-every", "--corrupt-every", "--repeat-every"):
        parser.add_argument(fault, type=int, default=0)
    options = parser.parse_args()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(options.certificate, options.key)
    server = await asyncio.start_server(Hub(options).serve, "127.0.0.1", options.port, ssl=context)
    await server.serve_forever()


asyncio.run(main())
