# SPDX-License-Identifier: Apache-2.0
"""Connections of TURN clients over TCP and TLS: what waits for them, and how they end."""

import socket
import ssl
import struct
import threading

import pytest

from turn import CHANNEL, Client
from wire import binding_request, connect, start_tls

ALICE = ("alice", "wonder")
# RTP of video, as far as the relay looks; and DTLS, which goes last.
VIDEO, LAST = bytes([0x80, 96]), bytes([22, 254, 253]) + b"the last"
# Far more than waits for a client.
FRAMES = 20_000


@pytest.fixture
def server(program, authority, port, other_port):
    chain, key = authority.issue("localhost")
    return program.serve(
        "--listen", f"tls:127.0.0.1:{port}", "--listen", f"tcp:127.0.0.1:{other_port}", "--call-host", "localhost",
        "--certificate", chain, "--private-key", key, "--user", ":".join(ALICE), "--realm", "test",
    )  # fmt: skip


@pytest.fixture
def client(server, authority, port, other_port):
    """Gives clients with an allocation."""

    def make(transport: str, connection: socket.socket | None = None) -> Client:
        connection = connection or connect(port if transport == "tls" else other_port)
        client = Client(start_tls(connection, authority.certificate) if transport == "tls" else connection)
        assert client.allocate(*ALICE) == 0
        return client

    return make


def small_socket(port: int) -> socket.socket:
    """With little room for what is not read."""
    connection = socket.socket()
    connection.settimeout(15)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
    connection.connect(("127.0.0.1", port))
    return connection


def frame(payload: bytes) -> bytes:
    return CHANNEL[:2] + struct.pack("!H", len(payload)) + payload + bytes(-len(payload) % 4)


def frames(connection):
    """The payloads that arrive on a stream."""
    received = bytearray()
    while True:
        while len(received) >= 4 and len(received) >= (size := 4 + (received[2] << 8 | received[3]) + 3 & ~3):
            assert received[:2] == CHANNEL[:2]
            yield bytes(received[4 : 4 + (received[2] << 8 | received[3])])
            del received[:size]
        part = connection.recv(65536)
        assert part, "closed"
        received += part


@pytest.mark.parametrize("transport", ["tcp", "tls"])
def test_what_waited_for_a_late_reader_is_whole_and_in_order(client, port, other_port, transport):
    late = client(transport, small_socket(port if transport == "tls" else other_port))
    sender = client(transport)
    assert sender.bind_channel(late) == late.bind_channel(sender) == 0

    def send():
        for number in range(FRAMES):
            sender.connection.sendall(frame(VIDEO + struct.pack("!I", number) + bytes(number % 1000)))
        sender.connection.sendall(frame(LAST))

    thread = threading.Thread(target=send)
    thread.start()
    # Nothing is read before all is sent.
    thread.join()
    numbers = []
    for payload in frames(late.connection):
        if payload == LAST:
            break
        numbers.append(int.from_bytes(payload[2:6], "big"))
        assert payload == VIDEO + struct.pack("!I", numbers[-1]) + bytes(numbers[-1] % 1000)
    assert numbers == sorted(set(numbers))
    assert 0 < len(numbers) < FRAMES, "some had to go"


def test_a_good_bye_that_comes_with_a_request_is_heard(server, authority, port):
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = ssl.create_default_context(cafile=authority.certificate)
    tls = context.wrap_bio(incoming, outgoing, server_hostname="localhost")
    with connect(port) as connection:
        exchange(tls.do_handshake, connection, incoming, outgoing)
        request = binding_request()
        tls.write(request)
        with pytest.raises(ssl.SSLWantReadError):
            tls.unwrap()
        # As one: the relay gets the connection with its last words.
        connection.settimeout(5)
        connection.sendall(outgoing.read())
        while part := connection.recv(65536):
            incoming.write(part)
        assert tls.read()[8:20] == request[8:20]


def exchange(step, connection, incoming, outgoing):
    """Carries bytes until a step of TLS is done."""
    while True:
        try:
            return step()
        except ssl.SSLWantReadError:
            connection.sendall(outgoing.read())
            incoming.write(connection.recv(65536))


@pytest.mark.parametrize("transport", ["tcp", "tls"])
def test_clients_of_a_server_that_stops_are_closed(server, client, transport):
    connection = client(transport).connection
    code, log = server.stop()
    assert code == 0 and connection.recv(1) == b""
    # One line for the session, and none about event loops that have ended before their connections.
    assert log.count("TURN session ended") == 1 and "EventLoop" not in log
