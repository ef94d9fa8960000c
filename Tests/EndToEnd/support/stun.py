# SPDX-License-Identifier: Apache-2.0
"""As much of STUN and TURN (RFC 8489, RFC 8656) as is needed to ask in odd ways."""

import hashlib
import hmac
import os
import struct

MAGIC_COOKIE = 0x2112A442
HEADER_LENGTH = 20

BINDING = 0x0001
ALLOCATE = 0x0003
SUCCESS = 0x0100
ERROR = 0x0110

USERNAME = 0x0006
MESSAGE_INTEGRITY = 0x0008
ERROR_CODE = 0x0009
REALM = 0x0014
NONCE = 0x0015
REQUESTED_TRANSPORT = 0x0019

UDP = bytes([17, 0, 0, 0])


def message(kind, *attributes):
    body = b"".join(attribute(number, value) for number, value in attributes)
    return header(kind, len(body)) + body


def header(kind, length, transaction=None):
    return struct.pack("!HHI", kind, length, MAGIC_COOKIE) + (transaction or os.urandom(12))


def attribute(number, value):
    return struct.pack("!HH", number, len(value)) + value + bytes(-len(value) % 4)


def signed(request, username, realm, password):
    """With MESSAGE-INTEGRITY of a long-term credential (RFC 8489, sections 9.2.2 and 14.5)."""
    key = hashlib.md5(b":".join((username, realm, password))).digest()
    length = len(request) - HEADER_LENGTH + 24
    covered = request[:2] + struct.pack("!H", length) + request[4:]
    return covered + attribute(MESSAGE_INTEGRITY, hmac.new(key, covered, hashlib.sha1).digest())


def allocate(username, realm, nonce, password=b"wrong"):
    request = message(
        ALLOCATE, (REQUESTED_TRANSPORT, UDP), (USERNAME, username), (REALM, realm), (NONCE, nonce)
    )
    return signed(request, username, realm, password)


def read_message(client):
    """The type and the attributes of the next message."""
    start = client.read(HEADER_LENGTH)
    kind, length, cookie = struct.unpack("!HHI", start[:8])
    assert cookie == MAGIC_COOKIE
    body, attributes = client.read(length), {}
    while body:
        number, size = struct.unpack("!HH", body[:4])
        attributes[number] = body[4 : 4 + size]
        body = body[4 + size + -size % 4 :]
    return kind, attributes


def error_code(attributes):
    """RFC 8489, section 14.8."""
    value = attributes[ERROR_CODE]
    return value[2] * 100 + value[3]
