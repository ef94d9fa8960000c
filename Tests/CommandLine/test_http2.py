# SPDX-License-Identifier: Apache-2.0
"""The web app over HTTP/2, and what clients may not do there."""

import json
import signal

import h2.events
import pytest
from h2.errors import ErrorCodes
from hpack import Encoder
from hyperframe.frame import (
    ContinuationFrame, DataFrame, HeadersFrame, PingFrame, PriorityFrame, RstStreamFrame, SettingsFrame,
)

from http2 import PREFACE, Client
from metrics import TOKEN, curl, scrape
from wire import binding_request, connect, is_closed, openssl_client, start_tls

REQUEST = [(":method", "GET"), (":scheme", "https"), (":authority", "localhost"), (":path", "/healthz")]
# What a header of HTTP/1.1 says about its connection is said otherwise, or not at all.
OF_A_CONNECTION = {"connection", "transfer-encoding", "upgrade"}


@pytest.fixture
def server(program, port):
    server = program.serve("--dev", "--listen", f"127.0.0.1:{port}")
    yield server
    assert server.process.poll() is None, server.stop()[1]


@pytest.fixture
def client(server, port, program):
    with Client(port, program.authority) as client:
        yield client


# Which protocol.

@pytest.mark.parametrize("offer, agreed", [
    (["-alpn", "h2,http/1.1"], "ALPN protocol: h2"),
    (["-alpn", "http/1.1,h2"], "ALPN protocol: h2"),
    (["-alpn", "http/1.1"], "ALPN protocol: http/1.1"),
    (["-alpn", "spdy/3"], "No ALPN negotiated"),
    ([], "No ALPN negotiated"),
])
def test_http2_is_preferred(server, port, offer, agreed):
    assert agreed in openssl_client(port, "-servername", "localhost", *offer)


def test_a_listener_without_the_web_has_no_http2(program, port):
    program.serve("--dev", "--listen", f"tls:127.0.0.1:{port}")
    assert "No ALPN negotiated" in openssl_client(port, "-servername", "localhost", "-alpn", "h2,http/1.1")


@pytest.mark.parametrize("alpn, data", [
    (["h2"], b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"), (["h2"], binding_request()), (["h2"], bytes(64)),
    (["http/1.1"], PREFACE), ([], PREFACE),
])
def test_who_does_not_speak_what_was_agreed_is_cut_off(server, port, program, alpn, data):
    secure = start_tls(connect(port), program.authority, alpn)
    secure.sendall(data)
    assert is_closed(secure)


# What is served.

def curl_answer(server, program, version: str, path: str, *options: str) -> tuple[int, dict, bytes]:
    result = curl(
        "--cacert", program.authority, f"--{version}", "--output", "/dev/null", "--compressed",
        "--write-out", "%{http_version} %{http_code} %{size_download} %{header_json}", *options, server.url + path,
    )
    assert result.returncode == 0, result.stderr
    spoken, status, size, headers = result.stdout.split(" ", 3)
    assert spoken == version.removeprefix("http")
    headers = {name: values for name, values in json.loads(headers).items() if name not in OF_A_CONNECTION}
    return int(status), headers, int(size)


@pytest.mark.parametrize("path, options, status", [
    ("", [], 200), ("app.js", [], 200), ("icons/icon-192.png", [], 200), ("app.js", ["--head"], 200),
    ("r/room", ["--header", "Accept: text/html"], 200), ("healthz", [], 200), ("healthz", ["--head"], 200),
    ("missing.js", [], 404), ("test/anything.js", [], 404), ("ws", [], 426), ("metrics", [], 401),
    ("app.js", ["--request", "POST", "--data", "x" * 100_000], 404), ("app.js", ["--request", "DELETE"], 404),
    ("app.js", ["--header", "If-None-Match: \"other\""], 200), ("ws", ["--header", "Origin: https://evil.test"], 403),
])
def test_answers_are_those_of_http_1(program, port, tmp_path, path, options, status):
    token = tmp_path / "token"
    token.write_text(TOKEN)
    server = program.serve("--dev", "--listen", f"127.0.0.1:{port}", "--metrics-token-file", token)
    # The second time, the file may be in memory.
    for _ in range(2):
        expected = curl_answer(server, program, "http1.1", path, *options)
        assert expected[0] == status
        assert curl_answer(server, program, "http2", path, *options) == expected


def test_a_file_that_the_client_has_is_not_sent_again(client):
    tag = client.answer(client.request("/app.js"))[0]["etag"]
    headers, body = client.answer(client.request("/app.js", if_none_match=tag))
    assert (headers[":status"], body) == ("304", b"")


def test_many_requests_are_answered_at_once(client):
    streams = [client.request("/app.js") for _ in range(100)]
    answers = [client.answer(stream) for stream in streams]
    assert {headers[":status"] for headers, _ in answers} == {"200"}
    assert len({body for _, body in answers}) == 1


def test_connections_and_requests_are_counted(program, port, tmp_path):
    token = tmp_path / "token"
    token.write_text(TOKEN)
    server = program.serve("--dev", "--listen", f"127.0.0.1:{port}", "--metrics-token-file", token)
    with Client(port, program.authority) as client:
        for path in ("/app.js", "/missing.js"):
            client.answer(client.request(path))
        metrics = scrape(server.url, program.authority)
        assert metrics("swiftturn_http_connections") == 2
        # The scrape is one of those.
        assert metrics("swiftturn_connections_total", kind="web_over_http2") == 2
        assert metrics("swiftturn_http_requests_total", method="get", status="2xx") == 1
        assert metrics("swiftturn_http_requests_total", method="get", status="4xx") == 1


# What is too much.

def open_streams(client: Client, count: int) -> list[int]:
    """Requests whose answers wait for the client."""
    return [client.request("/app.js") for _ in range(count)]


def headers_frame(stream: int, *flags: str, fields=()) -> HeadersFrame:
    return HeadersFrame(stream, Encoder().encode([*REQUEST, *fields]), flags=flags)


def reset_streams(count: int):
    """CVE-2023-44487."""
    for stream in range(1, 2 * count, 2):
        yield headers_frame(stream, "END_HEADERS", "END_STREAM")
        yield RstStreamFrame(stream, error_code=ErrorCodes.CANCEL)


def broken_streams(count: int):
    """CVE-2025-8671: the server does the resetting."""
    for stream in range(1, 2 * count, 2):
        yield headers_frame(stream, "END_HEADERS", fields=[("content-length", "1")])
        yield DataFrame(stream, b"", flags=["END_STREAM"])


def endless_headers(count: int):
    yield headers_frame(1)
    yield from (ContinuationFrame(1, b"") for _ in range(count))


def large_headers():
    """References to one large field (RFC 7541, section 7.3): few bytes that become many."""
    field = ("x", "y" * 3000)
    yield headers_frame(1, "END_HEADERS", "END_STREAM", fields=[field] * 6)


@pytest.mark.parametrize("frames, code", [
    (reset_streams(1000), ErrorCodes.ENHANCE_YOUR_CALM),
    (broken_streams(1000), None),
    ([PingFrame(0, b"12345678")] * 1000, ErrorCodes.ENHANCE_YOUR_CALM),
    ([SettingsFrame(0)] * 1000, ErrorCodes.ENHANCE_YOUR_CALM),
    ([PriorityFrame(1, depends_on=3, stream_weight=1)] * 1000, ErrorCodes.ENHANCE_YOUR_CALM),
    ([headers_frame(1, "END_HEADERS"), *[DataFrame(1, b"")] * 10], ErrorCodes.ENHANCE_YOUR_CALM),
    (endless_headers(1000), ErrorCodes.ENHANCE_YOUR_CALM),
    (large_headers(), ErrorCodes.PROTOCOL_ERROR),
    ([headers_frame(2, "END_HEADERS")], ErrorCodes.PROTOCOL_ERROR),
    ([DataFrame(1, b"x")], ErrorCodes.PROTOCOL_ERROR),
    ([DataFrame(0, b"x")], ErrorCodes.PROTOCOL_ERROR),
], ids=[
    "rapid reset", "made you reset", "PING", "SETTINGS", "PRIORITY", "empty DATA", "CONTINUATION", "header list",
    "stream of the server", "DATA without a stream", "DATA of the connection",
])
def test_a_client_that_does_too_much_is_cut_off(client, port, program, frames, code):
    client.until(h2.events.SettingsAcknowledged)
    client.send(*frames)
    assert client.end() == code
    with Client(port, program.authority) as other:
        assert other.answer(other.request("/healthz"))[0][":status"] == "200"


def test_a_client_has_a_hundred_requests_at_once(server, port, program):
    with Client(port, program.authority, window=0) as client:
        client.until(h2.events.SettingsAcknowledged)
        open_streams(client, 100)
        client.send(headers_frame(201, "END_HEADERS", "END_STREAM"))
        assert client.end() == ErrorCodes.PROTOCOL_ERROR


def test_a_malformed_request_ends_the_connection(client):
    client.until(h2.events.SettingsAcknowledged)
    client.send(HeadersFrame(1, Encoder().encode(REQUEST[:2]), flags=["END_HEADERS", "END_STREAM"]))
    client.end()


# The end.

def test_a_server_that_stops_says_goodbye_and_answers_what_was_asked(program, port):
    server = program.serve("--dev", "--listen", f"127.0.0.1:{port}")
    with Client(port, program.authority) as idle, Client(port, program.authority, window=0) as busy:
        idle.answer(idle.request("/healthz"))
        stream = busy.request("/app.js")
        busy.until(h2.events.ResponseReceived, stream)
        server.process.send_signal(signal.SIGTERM)
        busy.until(h2.events.ConnectionTerminated)
        busy.connection.increment_flow_control_window(1 << 20, stream)
        busy.send()
        assert busy.until(h2.events.StreamEnded, stream)
        assert int(dict(busy.until(h2.events.ResponseReceived).headers)["content-length"]) == len(busy.body(stream))
        assert idle.end() == busy.end() == ErrorCodes.NO_ERROR
    assert server.stop()[0] == 0
