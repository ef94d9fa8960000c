# SPDX-License-Identifier: Apache-2.0
"""What connections cost that never say who they are: little memory, few seconds, and no more than a few of one address."""

import contextlib
import socket
import time

import pytest

from support.processes import resident_memory
from support.raw import client_hello, read_to_end
from support.waiting import until

# Of one address (docs/design.md).
LIMIT = 256
# Connections are closed 10 seconds after accept; a busy machine may need one more to say so.
DEADLINE = 11
KIB = 1024


def connect(port, address="127.0.0.1"):
    return socket.create_connection(("127.0.0.1", port), timeout=DEADLINE + 10, source_address=(address, 0))


def open_connections(stack, port, count):
    """Connections of as many addresses as are needed."""
    addresses = [f"127.0.0.{2 + number // LIMIT}" for number in range(count)]
    return [stack.enter_context(connect(port, address)) for address in addresses]


def answer(connection):
    """One byte of the answer; empty when the server has closed."""
    with contextlib.suppress(ConnectionError):
        return connection.recv(1)
    return b""


@pytest.mark.parametrize("name, count, data, kibibytes", [
    # One that says nothing has no TLS yet; the state of OpenSSL is most of what the others cost.
    pytest.param("silent", 1000, b"", 12, id="silent"),
    pytest.param("half a ClientHello", 1000, client_hello()[:100], 80, id="half a ClientHello"),
    pytest.param("handshake not ended", 500, client_hello(), 80, id="handshake not ended"),
])
def test_idle_connections_cost_little_and_end(start_server, record, name, count, data, kibibytes):
    server = start_server("--dev")
    # The first connections make what all others share.
    with contextlib.ExitStack() as stack:
        for connection in open_connections(stack, server.port, 50):
            connection.sendall(data)
        with connect(server.port) as probe:
            probe.sendall(client_hello())
            assert answer(probe) == b"\x16"
    before = resident_memory(server.pid)
    with contextlib.ExitStack() as stack:
        begin = time.monotonic()
        connections = open_connections(stack, server.port, count)
        for connection in connections:
            connection.sendall(data)
        if data == client_hello():
            assert all(answer(connection) for connection in connections)
        with connect(server.port) as probe:
            probe.sendall(client_hello())
            assert answer(probe) == b"\x16", "others are served"
        opened = time.monotonic()
        cost = (resident_memory(server.pid) - before) / count / KIB
        record(f"KiB of an idle connection: {name}", round(cost, 1))
        assert cost < kibibytes
        for connection in connections:
            read_to_end(connection)
        assert time.monotonic() - begin < DEADLINE + (opened - begin)


def test_one_address_has_no_more_than_its_share(start_server):
    server = start_server("--dev")
    with contextlib.ExitStack() as stack:
        own = [stack.enter_context(connect(server.port, "127.0.0.2")) for _ in range(LIMIT + 20)]
        # Those that are one too many are closed at once.
        closed = 0

        def too_many():
            nonlocal closed
            for connection in own:
                connection.setblocking(False)
                with contextlib.suppress(BlockingIOError):
                    closed += answer(connection) == b""
            return closed

        until(lambda: too_many() >= 20, lambda: f"{closed} are closed")
        with connect(server.port, "127.0.0.3") as other:
            other.sendall(client_hello())
            assert answer(other) == b"\x16"
