# SPDX-License-Identifier: Apache-2.0
"""What /ws answers to those who do not keep to docs/signaling-protocol.md."""

import contextlib
import json

import pytest

from support.websocket import (
    BINARY,
    CLOSE,
    frame,
    handshake,
    open_socket,
    read_close_code,
    read_frame,
    read_json,
)

LIMIT = 64 * 1024
MESSAGES_AT_ONCE = 200

INVALID_MESSAGES = {
    "not JSON": b"hello",
    "empty": b"",
    "half": b'{"type":"join","room":',
    "not an object": b'["join"]',
    "no type": b"{}",
    "type is a number": b'{"type":1}',
    "unknown type": b'{"type":"dance"}',
    "no room": b'{"type":"join"}',
    "room is a number": b'{"type":"join","room":7}',
    "empty room": b'{"type":"join","room":""}',
    "long room": json.dumps({"type": "join", "room": "a" * 65}).encode(),
    "NUL in the room": b'{"type":"join","room":"a\\u0000b"}',
    "newline in the room": b'{"type":"join","room":"a\\nb"}',
    "half a surrogate pair": b'{"type":"join","room":"\\ud800"}',
    "a field twice": b'{"type":"join","room":"a","room":"b"}',
    "deep": b'{"type":"join","room":' + b"[" * 5000 + b"]" * 5000 + b"}",
}

NOT_JOINED = {
    "leave": {"type": "leave"},
    "ICE servers": {"type": "ice-servers"},
    "offer": {"type": "offer", "target": "x", "sdp": {"type": "offer", "sdp": "v=0"}},
}

CLOSING_FRAMES = {
    "binary": (frame(b"\0\1", BINARY), 1003),
    "invalid UTF-8": (frame(b'{"type":"\xff\xfe"}'), 1007),
    "invalid UTF-8 cut in two": (frame(b'"\xc3', final=False) + frame(b'("', 0), 1007),
    "too long": (frame(b" " * (LIMIT + 1)), 1009),
    "too long in parts": (frame(b" " * LIMIT, final=False) + frame(b" ", 0), 1009),
    "announced too long": (b"\x81\xff" + b"\x7f" + b"\xff" * 7 + bytes(4), 1009),
    "not masked": (b"\x81\x02{}", 1002),
    "reserved bit": (b"\xc1\x82" + bytes(4) + b"{}", 1002),
    "unknown opcode": (frame(b"", 3), 1002),
    "continuation of nothing": (frame(b"a", 0), 1002),
    "long ping": (frame(b"a" * 126, 9), 1002),
    "ping in parts": (frame(b"a", 9, final=False), 1002),
    "close of one byte": (frame(b"a", CLOSE), 1002),
}


@pytest.fixture
def socket(bad_input_server, tls):
    with tls() as client:
        open_socket(client, f"localhost:{bad_input_server.port}")
        yield client


@pytest.mark.parametrize("name", INVALID_MESSAGES)
def test_invalid_messages_are_explained_and_the_connection_goes_on(socket, name):
    socket.send(frame(INVALID_MESSAGES[name]))
    expect_error(socket, "invalid-message")
    join(socket)


@pytest.mark.parametrize("name", NOT_JOINED)
def test_outside_a_room_there_is_only_join(socket, name):
    socket.send(frame(json.dumps(NOT_JOINED[name]).encode()))
    expect_error(socket, "not-joined")
    join(socket)


def test_messages_to_nobody_and_second_joins_are_refused(socket):
    own = join(socket)["peerId"]
    for target in ("somebody", own + "x", "%s%n", "'; DROP TABLE rooms; --"):
        socket.send(text({"type": "offer", "target": target, "sdp": {"type": "offer", "sdp": "v=0"}}))
        expect_error(socket, "unknown-peer")
    socket.send(text({"type": "join", "room": "another"}))
    expect_error(socket, "already-joined")


@pytest.mark.parametrize("name", CLOSING_FRAMES)
def test_frames_that_break_the_protocol_close_with_their_code(socket, name):
    data, code = CLOSING_FRAMES[name]
    socket.send(data)
    assert read_close_code(socket) == code
    socket.send(frame(code.to_bytes(2), CLOSE))
    assert socket.read_to_end() == b""


def test_the_connection_ends_without_an_answer_to_close(socket):
    socket.send(frame(b"", BINARY))
    assert read_close_code(socket) == 1003
    assert socket.read_to_end() == b""


def test_too_many_messages_are_dropped_and_then_closed(socket):
    socket.send(frame(b"{}") * (MESSAGES_AT_ONCE * 3))
    codes = []
    with contextlib.suppress(EOFError):
        while (answer := read_frame(socket))[0] != CLOSE:
            codes.append(json.loads(answer[1])["code"])
    assert "rate-limited" in codes
    assert answer[1][:2] == (1008).to_bytes(2)


@pytest.mark.parametrize("origin", ["https://evil.test", "null", "https://localhost", "http://localhost:{port}", ""])
def test_other_origins_are_forbidden(bad_input_server, tls, origin):
    port = bad_input_server.port
    with tls() as client:
        client.send(handshake(f"localhost:{port}", Origin=origin.format(port=port)))
        assert client.read_until(b"\r\n").startswith(b"HTTP/1.1 403 ")


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"Sec_WebSocket_Version": "12"}, b"426"),
        ({"Sec_WebSocket_Key": None}, b"400"),
        ({"Sec_WebSocket_Key": "short"}, b"400"),
        ({"method": "POST"}, b"40"),
    ],
    ids=["version", "no key", "short key", "method"],
)
def test_broken_handshakes_are_refused(bad_input_server, tls, change, status):
    # RFC 6455, sections 4.2.1 and 4.4.
    with tls() as client:
        client.send(handshake("localhost", **change))
        assert client.read_until(b"\r\n").startswith(b"HTTP/1.1 " + status)


def text(message):
    return frame(json.dumps(message).encode())


def join(client):
    client.send(text({"type": "join", "room": "bad input"}))
    answer = read_json(client)
    assert answer["type"] == "joined", answer
    return answer


def expect_error(client, code):
    answer = read_json(client)
    assert (answer["type"], answer["code"]) == ("error", code)
    assert answer["message"]
