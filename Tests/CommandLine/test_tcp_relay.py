# SPDX-License-Identifier: Apache-2.0
"""RFC 6062 over TLS: a client's connection that becomes a peer's, in the middle of its records."""

import contextlib
import os
import socket
import threading

import pytest

from turn import TCP, Client
from wire import connect, is_closed, start_tls

ALICE = ("alice", "wonder")
# More than is under way between any two sockets here.
MUCH = os.urandom(4_000_000)


@pytest.fixture
def client(program, authority, port):
    """Gives clients of a relay to peers of loopback."""
    chain, key = authority.issue("localhost")
    program.serve(
        "--listen", f"tls:127.0.0.1:{port}", "--call-host", "localhost", "--certificate", chain, "--private-key", key,
        "--user", ":".join(ALICE), "--realm", "test", "--relay", "open", "--relay-address", "127.0.0.1",
        "--allow-peer", "127.0.0.0/8", "--tcp-relay",
    )  # fmt: skip
    return lambda: Client(start_tls(connect(port), authority.certificate))


@contextlib.contextmanager
def connected(client):
    """A client's data connection, and the peer's end of it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        control = client()
        assert control.allocate(*ALICE, transport=TCP) == 0
        number = control.connect(listener.getsockname())
        peer = listener.accept()[0]
        peer.settimeout(15)
        data = client()
        data.authenticate(*ALICE)
        assert data.bind_connection(number) == 0
        with peer, data.connection as connection:
            yield connection, peer


def receive(connection, length: int) -> bytes:
    received = bytearray()
    while len(received) < length:
        part = connection.recv(65536)
        assert part, "ended early"
        received += part
    return bytes(received)


def sending(connection, part: bytes):
    thread = threading.Thread(target=connection.sendall, args=(part,))
    thread.start()
    return thread


def test_bytes_go_both_ways(client):
    with connected(client) as (data, peer):
        for one, other in ((data, peer), (peer, data)):
            for part in (b"x", MUCH):
                sender = sending(one, part)
                assert receive(other, len(part)) == part
                sender.join()


@pytest.mark.parametrize("is_peer", [True, False])
def test_who_closes_closes_the_other(client, is_peer):
    with connected(client) as (data, peer):
        one, other = (peer, data) if is_peer else (data, peer)
        one.sendall(b"last")
        assert receive(other, 4) == b"last"
        one.close()
        assert is_closed(other)
