# SPDX-License-Identifier: Apache-2.0
"""Raw bytes for tests of listeners: STUN messages, PROXY headers, TLS by the openssl program."""

import ipaddress
import os
import socket
import ssl
import struct
import subprocess

COOKIE = 0x2112A442


def binding_request() -> bytes:
    return struct.pack("!HHI", 1, 0, COOKIE) + os.urandom(12)


def read_message(connection) -> bytes:
    """One STUN message, which comes alone; empty when the server closed instead."""
    message = b""
    while len(message) < 20 or len(message) < 20 + int.from_bytes(message[2:4], "big"):
        try:
            part = connection.recv(4096)
        except ConnectionResetError:
            return b""
        if not part:
            return b""
        message += part
    return message


def mapped_address(message: bytes) -> str:
    """What XOR-MAPPED-ADDRESS (RFC 8489, section 14.2) of an IPv4 or IPv6 client says."""
    position = 20
    while position < len(message):
        kind, length = struct.unpack_from("!HH", message, position)
        if kind == 0x0020:
            mask = struct.pack("!I", COOKIE) + message[8:20]
            value = message[position + 4 : position + 4 + length]
            port = int.from_bytes(value[2:4], "big") ^ COOKIE >> 16
            address = ipaddress.ip_address(bytes(a ^ b for a, b in zip(value[4:], mask)))
            return f"{address}:{port}" if address.version == 4 else f"[{address}]:{port}"
        position += 4 + (length + 3) // 4 * 4
    raise AssertionError(f"no XOR-MAPPED-ADDRESS in {message!r}")


def connect(port: int, source: str = "127.0.0.1") -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=15, source_address=(source, 0))


def connect_slowly(port: int) -> socket.socket:
    """With little under way: the receive buffer is small, and so are segments, which the kernel takes the size of
    the other side's buffer from."""
    connection = socket.socket()
    connection.settimeout(15)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
    connection.connect(("127.0.0.1", port))
    return connection


def is_closed(connection) -> bool:
    """Waits until the server says something or closes."""
    try:
        return connection.recv(1) == b""
    except (ConnectionResetError, ssl.SSLError):
        return True


def start_tls(connection, authority, alpn=(), name: str = "localhost") -> ssl.SSLSocket:
    context = ssl.create_default_context(cafile=authority)
    if alpn:
        context.set_alpn_protocols(list(alpn))
    return context.wrap_socket(connection, server_hostname=name)


def openssl_client(port: int, *options: str, data: bytes = b"") -> str:
    """What the openssl program says about a connection, on which it sends `data`."""
    command = ["openssl", "s_client", "-connect", f"127.0.0.1:{port}", *options]
    return subprocess.run(command, input=data, capture_output=True, timeout=20).stdout.decode(errors="replace")


# The PROXY protocol.

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"


def proxy_v1(source: str, port: int) -> bytes:
    family = f"TCP{4 if ipaddress.ip_address(source).version == 4 else 6}"
    return f"PROXY {family} {source} {source} {port} 443\r\n".encode()


def proxy_v2(source: str, port: int, values: bytes = b"") -> bytes:
    address = ipaddress.ip_address(source)
    block = address.packed * 2 + struct.pack("!HH", port, 443) + values
    return SIGNATURE + struct.pack("!BBH", 0x21, 0x11 if address.version == 4 else 0x21, len(block)) + block


def proxy_v2_local() -> bytes:
    return SIGNATURE + struct.pack("!BBH", 0x20, 0, 0)
