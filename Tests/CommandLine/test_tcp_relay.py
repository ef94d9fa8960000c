# SPDX-License-Identifier: Apache-2.0
"""RFC 6062 over TLS: a client's connection that becomes a peer's, in the middle of its records."""

import contextlib
import os
import socket
import threading

import pytest

from turn import ALLOCATE, CONNECTION_BIND, CONNECTION_ID, REALM, REQUESTED_TRANSPORT, TCP, Client, attributes_of
from wire import connect, connect_slowly, is_closed, start_tls

ALICE = ("alice", "wonder")
# More than is under way between any two sockets here.
MUCH = os.urandom(4_000_000)
# Long, so that an answer that names it is.
LONG_REALM = "r" * 120


@pytest.fixture(params=["1", "2"], ids=["one loop", "two loops"])
def client(request, program, authority, port):
    """Gives clients of a relay to peers of loopback. With two loops one's clients are on either in turn."""
    chain, key = authority.issue("localhost")
    program.serve(
        "--listen", f"tls:127.0.0.1:{port}", "--call-host", "localhost", "--certificate", chain, "--private-key", key,
        "--user", ":".join(ALICE), "--realm", LONG_REALM, "--relay", "open", "--relay-address", "127.0.0.1",
        "--allow-peer", "127.0.0.0/8", "--tcp-relay", "--event-loops", request.param,
    )  # fmt: skip
    return lambda connecting=connect: Client(start_tls(connecting(port), authority.certificate))


@contextlib.contextmanager
def waiting(client):
    """The number of a connection with a peer, which no client has bound, and the peer's end of it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        control = client()
        assert control.allocate(*ALICE, transport=TCP) == 0
        number = control.connect(listener.getsockname())
        with control.connection, listener.accept()[0] as peer:
            peer.settimeout(15)
            yield number, peer


@contextlib.contextmanager
def connected(client):
    """A client's data connection, and the peer's end of it."""
    with waiting(client) as (number, peer):
        data = client()
        data.authenticate(*ALICE)
        assert data.bind_connection(number) == 0
        with data.connection as connection:
            yield connection, peer


def receive(connection, length: int) -> bytes:
    received = bytearray()
    while len(received) < length:
        part = connection.recv(length - len(received))
        assert part, "ended early"
        received += part
    return bytes(received)


def receive_message(connection) -> bytes:
    """One of many on a stream."""
    header = receive(connection, 20)
    return header + receive(connection, int.from_bytes(header[2:4], "big"))


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


def test_what_a_client_has_not_read_yet_comes_before_the_peer(client):
    with waiting(client) as (number, peer):
        data = client(connect_slowly)
        data.authenticate(*ALICE)
        # Whoever has authenticated may have more answers waiting.
        assert data.bind_connection(bytes(4)) == 400
        # Answers for more than both kernels take, and less than the server keeps.
        count = 700
        unsigned = data.request(ALLOCATE, [(REQUESTED_TRANSPORT, TCP)])
        bind = data.request(CONNECTION_BIND, [(CONNECTION_ID, number)], signs=True)
        with data.connection as connection:
            connection.sendall(unsigned * count + bind + b"to the peer")
            assert receive(peer, 11) == b"to the peer"
            # By now the connection is the peer's, and nothing was read.
            peer.sendall(b"to the client")
            realms = [attributes_of(receive_message(connection)).get(REALM) for _ in range(count + 1)]
            assert realms == [LONG_REALM.encode()] * count + [None]
            assert receive(connection, 13) == b"to the client"
