# SPDX-License-Identifier: Apache-2.0
"""A WebSocket client (RFC 6455) that can also send what the protocol forbids."""

import json
import struct

TEXT = 1
BINARY = 2
CLOSE = 8
PING = 9
FINAL = 0x80
MASKED = 0x80
KEY = "dGhlIHNhbXBsZSBub25jZQ=="


def handshake(host, method="GET", **headers):
    """Headers are replaced or added by name (with _ for -); None leaves one out."""
    fields = {
        "Host": host,
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec_WebSocket_Version": "13",
        "Sec_WebSocket_Key": KEY,
        **headers,
    }
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in fields.items() if value is not None]
    return "\r\n".join([f"{method} /ws HTTP/1.1", *lines, "", ""]).encode()


def frame(payload, opcode=TEXT, final=True):
    """Masked with zeros, so that the payload goes out as it is."""
    first = (FINAL if final else 0) | opcode
    if len(payload) < 126:
        size = struct.pack("!BB", first, MASKED | len(payload))
    elif len(payload) < 65536:
        size = struct.pack("!BBH", first, MASKED | 126, len(payload))
    else:
        size = struct.pack("!BBQ", first, MASKED | 127, len(payload))
    return size + bytes(4) + payload


def open_socket(client, host):
    client.send(handshake(host, Origin=f"https://{host}"))
    answer = client.read_until(b"\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 101 "), answer


def read_frame(client):
    """The opcode and payload of the next frame that is not a ping."""
    while True:
        first, size = client.read(2)
        if size == 126:
            (size,) = struct.unpack("!H", client.read(2))
        elif size == 127:
            (size,) = struct.unpack("!Q", client.read(8))
        payload = client.read(size)
        if first & 0x0F != PING:
            return first & 0x0F, payload


def read_json(client):
    opcode, payload = read_frame(client)
    assert opcode == TEXT, (opcode, payload)
    return json.loads(payload)


def read_close_code(client):
    opcode, payload = read_frame(client)
    assert opcode == CLOSE, (opcode, payload)
    return struct.unpack("!H", payload[:2])[0]
