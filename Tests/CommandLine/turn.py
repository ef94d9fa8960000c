# SPDX-License-Identifier: Apache-2.0
"""A TURN client (RFC 8656) that takes a realm from the server and then keeps asking in its own way."""

import hashlib
import hmac
import os
import socket
import struct
import time

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from wire import COOKIE, read_message

ALLOCATE, CHANNEL_BIND, CONNECT, CONNECTION_BIND = 0x0003, 0x0009, 0x000A, 0x000B
USERNAME, MESSAGE_INTEGRITY, ERROR_CODE = 0x0006, 0x0008, 0x0009
CHANNEL_NUMBER, PEER_ADDRESS, REALM, NONCE, RELAYED_ADDRESS = 0x000C, 0x0012, 0x0014, 0x0015, 0x0016
REQUESTED_TRANSPORT, ACCESS_TOKEN, SERVER_NAME, ORIGIN = 0x0019, 0x001B, 0x802E, 0x802F
CONNECTION_ID = 0x002A
UDP, TCP = bytes([17, 0, 0, 0]), bytes([6, 0, 0, 0])
CHANNEL = struct.pack("!HH", 0x4000, 0)


class Token:
    """An access token (RFC 7635, section 6.2), sealed as an authorization server does."""

    def __init__(self, key_name: str, key: bytes, server_name: str):
        self.username, self.mac_key, nonce = key_name, os.urandom(20), os.urandom(12)
        grant = struct.pack("!H", 20) + self.mac_key + struct.pack("!QI", int(time.time()) << 16, 600)
        self.value = struct.pack("!H", 12) + nonce + AESGCM(key).encrypt(nonce, grant, server_name.encode())


class Client:
    """Answers are the code of the error, or 0."""

    def __init__(self, connection, origin: str = ""):
        self.connection = connection
        self.origin = [(ORIGIN, origin.encode())] if origin else []
        code, answer = self._ask(ALLOCATE, [(REQUESTED_TRANSPORT, UDP), *self.origin])
        assert code == 401
        self.realm, self.nonce = answer[REALM].decode(), answer[NONCE]
        self.server_name = answer.get(SERVER_NAME, b"").decode()

    def allocate(self, user: str = "", password: str = "", token: Token | None = None, transport: bytes = UDP) -> int:
        self.authenticate(user, password, token)
        code, answer = self._ask(ALLOCATE, [(REQUESTED_TRANSPORT, transport), *self.origin], signs=True)
        self.relayed = answer.get(RELAYED_ADDRESS)
        return code

    def authenticate(self, user: str = "", password: str = "", token: Token | None = None):
        """From now on."""
        self.credential = [(USERNAME, (token.username if token else user).encode())]
        if token:
            self.credential.append((ACCESS_TOKEN, token.value))
        self.key = token.mac_key if token else hashlib.md5(f"{user}:{self.realm}:{password}".encode()).digest()

    def bind_channel(self, peer: "Client") -> int:
        """To the relayed address of another client. Both addresses are XORed with the same, in IPv4."""
        return self._ask(CHANNEL_BIND, [(CHANNEL_NUMBER, CHANNEL), (PEER_ADDRESS, peer.relayed)], signs=True)[0]

    def connect(self, peer: tuple[str, int]) -> bytes:
        """The number of a connection with a peer in IPv4 (RFC 6062)."""
        return self._ask(CONNECT, [(PEER_ADDRESS, xored(peer))], signs=True)[1][CONNECTION_ID]

    def bind_connection(self, number: bytes) -> int:
        """What follows on this client's connection is the peer's."""
        return self._ask(CONNECTION_BIND, [(CONNECTION_ID, number)], signs=True)[0]

    def request(self, method: int, attributes: list, signs: bool = False) -> bytes:
        if signs:
            attributes = attributes + self.credential + [(REALM, self.realm.encode()), (NONCE, self.nonce)]
        body = b"".join(attribute(*each) for each in attributes)
        start = struct.pack("!HHI", method, len(body) + (24 if signs else 0), COOKIE) + os.urandom(12)
        request = start + body
        if signs:
            request += attribute(MESSAGE_INTEGRITY, hmac.new(self.key, request, hashlib.sha1).digest())
        return request

    def _ask(self, method: int, attributes: list, signs: bool = False) -> tuple[int, dict]:
        request = self.request(method, attributes, signs)
        self.connection.sendall(request)
        answer = read_message(self.connection)
        assert answer[8:20] == request[8:20]
        found = attributes_of(answer)
        code = found.get(ERROR_CODE)
        return (code[2] * 100 + code[3] if code else 0), found


def xored(address: tuple[str, int]) -> bytes:
    host, port = int.from_bytes(socket.inet_aton(address[0]), "big"), address[1]
    return struct.pack("!HHI", 1, port ^ COOKIE >> 16, host ^ COOKIE)


def attribute(kind: int, value: bytes) -> bytes:
    return struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)


def attributes_of(message: bytes) -> dict[int, bytes]:
    found, rest = {}, message[20:]
    while rest:
        kind, length = struct.unpack_from("!HH", rest)
        found.setdefault(kind, rest[4 : 4 + length])
        rest = rest[4 + (length + 3) // 4 * 4 :]
    return found
