# SPDX-License-Identifier: Apache-2.0
"""Connections of a client that does not keep to the rules."""

import contextlib
import socket
import ssl

ADDRESS = "127.0.0.1"
TIMEOUT = 15


def connect(port):
    connection = socket.create_connection((ADDRESS, port), timeout=TIMEOUT)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def read_to_end(connection):
    """Everything until the server closes; a reset is a close. One that stays open fails with a timeout."""
    data = bytearray()
    with contextlib.suppress(ConnectionError, ssl.SSLEOFError, ssl.SSLZeroReturnError):
        while part := connection.recv(65536):
            data += part
    return bytes(data)


def send(connection, data):
    """The server may have closed already: what it has answered can still be read."""
    with contextlib.suppress(ConnectionError, ssl.SSLError):
        connection.sendall(data)


def exchange(port, data):
    """What the server answers to these bytes without TLS, until it closes."""
    with connect(port) as connection:
        send(connection, data)
        return read_to_end(connection)


class Client:
    """A connection inside TLS, its certificate verified."""

    def __init__(self, port, authority, name="localhost"):
        context = ssl.create_default_context(cafile=str(authority))
        with contextlib.ExitStack() as stack:
            self.connection = context.wrap_socket(stack.enter_context(connect(port)), server_hostname=name)
            stack.pop_all()
        self.connection.settimeout(TIMEOUT)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def names(self):
        return [value for kind, value in self.connection.getpeercert()["subjectAltName"] if kind == "DNS"]

    def send(self, data):
        send(self.connection, data)

    def read_to_end(self):
        return read_to_end(self.connection)

    def read(self, count):
        data = b""
        while len(data) < count:
            part = self.connection.recv(count - len(data))
            if not part:
                raise EOFError(f"closed after {data!r}")
            data += part
        return data

    def read_until(self, end):
        data = b""
        while not data.endswith(end):
            data += self.read(1)
        return data


def client_hello(name="localhost"):
    """A ClientHello and the state to go on with."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.create_default_context()
    machine = context.wrap_bio(incoming, outgoing, server_hostname=name)
    with contextlib.suppress(ssl.SSLWantReadError):
        machine.do_handshake()
    return outgoing.read()
