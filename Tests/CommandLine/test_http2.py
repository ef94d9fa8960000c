# SPDX-License-Identifier: Apache-2.0
"""The web app over HTTP/2, and what clients may not do there."""

import contextlib
import json
import signal

import pytest
from hyperframe.frame import (
    ContinuationFrame, DataFrame, PingFrame, PriorityFrame, RstStreamFrame, SettingsFrame, WindowUpdateFrame,
)

from http2 import (
    CANCEL, COMPRESSION_ERROR, ENHANCE_YOUR_CALM, NO_ERROR, PREFACE, PROTOCOL_ERROR, REFUSED_STREAM, Client, fields,
)
from metrics import TOKEN, curl, scrape
from wire import binding_request, connect, is_closed, openssl_client, start_tls

# What a header of HTTP/1.1 says about its connection is said otherwise, or not at all.
OF_A_CONNECTION = {"connection", "transfer-encoding", "upgrade"}
# They tell whether an answer came from memory.
OF_A_BODY = {"content-encoding", "content-length"}


@pytest.fixture
def server(program, port, tmp_path):
    token = tmp_path / "token"
    token.write_text(TOKEN)
    token.chmod(0o600)
    server = program.serve("--dev", "--listen", f"127.0.0.1:{port}", "--metrics-token-file", token)
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
], ids=["HTTP/1.1", "TURN", "zeros", "HTTP/2 after http/1.1", "HTTP/2 without ALPN"])
def test_who_does_not_speak_what_was_agreed_is_cut_off(server, port, program, alpn, data):
    secure = start_tls(connect(port), program.authority, alpn)
    secure.sendall(data)
    assert is_closed(secure)


# What is served.

def curl_answer(program, version: str, url: str, body, options: list[str]) -> tuple[int, dict, bytes]:
    body.write_bytes(b"")
    result = curl(
        "--cacert", program.authority, f"--{version}", "--compressed", "--output", body,
        "--write-out", "%{http_version} %{http_code} %{header_json}", *options, url,
    )
    assert result.returncode == 0, result.stderr
    spoken, status, headers = result.stdout.split(" ", 2)
    assert spoken == version.removeprefix("http")
    headers = {name: values for name, values in json.loads(headers).items()
               if name not in OF_A_CONNECTION | OF_A_BODY}
    # For a HEAD, curl writes the headers.
    return int(status), headers, b"" if "--head" in options else body.read_bytes()


@pytest.mark.parametrize("path, options, status", [
    ("", [], 200), ("app.js", [], 200), ("icons/icon-192.png", [], 200), ("app.js", ["--head"], 200),
    ("r/room", ["--header", "Accept: text/html"], 200), ("healthz", [], 200), ("healthz", ["--head"], 200),
    ("missing.js", [], 404), ("test/anything.js", [], 404), ("ws", [], 426), ("metrics", [], 401),
    ("app.js", ["--request", "POST", "--data", "x" * 100_000], 404), ("app.js", ["--request", "DELETE"], 404),
    ("app.js", ["--header", "If-None-Match: \"other\""], 200), ("ws", ["--header", "Origin: https://evil.test"], 403),
])
def test_answers_are_those_of_http_1(server, program, tmp_path, path, options, status):
    # The second time, the file may be in memory.
    for _ in range(2):
        first, second = (
            curl_answer(program, version, server.url + path, tmp_path / "body", options)
            for version in ("http1.1", "http2")
        )
        assert first == second
        assert first[0] == status


def test_a_file_that_the_client_has_is_not_sent_again(client):
    tag = client.answer(client.request("/app.js"))[0]["etag"]
    headers, body = client.answer(client.request("/app.js", if_none_match=tag))
    assert (headers[":status"], body) == ("304", b"")


def test_many_requests_are_answered_at_once(client):
    streams = [client.request("/app.js") for _ in range(100)]
    answers = [client.answer(stream) for stream in streams]
    assert {headers[":status"] for headers, _ in answers} == {"200"}
    assert len({body for _, body in answers}) == 1


def test_connections_and_requests_are_counted(server, client, program):
    for path in ("/app.js", "/missing.js"):
        client.answer(client.request(path))
    metrics = scrape(server.url, program.authority)
    # The scrape is one of those.
    assert metrics("swiftturn_http_connections") == 2
    assert metrics("swiftturn_connections_total", kind="web_over_http2") == 2
    assert metrics("swiftturn_http_requests_total", method="get", status="2xx") == 1
    assert metrics("swiftturn_http_requests_total", method="get", status="4xx") == 1


# What is too much.

def reset_streams(client):
    """CVE-2023-44487."""
    for stream in range(1, 2000, 2):
        yield client.headers(stream, "END_HEADERS", "END_STREAM", of=fields())
        yield RstStreamFrame(stream, error_code=CANCEL)


def endless_headers(client):
    yield client.headers(1, of=fields())
    yield from [ContinuationFrame(1, b"")] * 1000


def large_headers(client):
    """References to one large field (RFC 7541, section 7.3): few bytes that become many."""
    return [client.headers(1, "END_HEADERS", "END_STREAM", of=fields() + [("x", "y" * 3000)] * 6)]


def empty_data(client):
    return [client.headers(1, "END_HEADERS", of=fields(method="POST")), *[DataFrame(1, b"")] * 10]


TOO_MUCH = {
    "rapid reset": (reset_streams, ENHANCE_YOUR_CALM),
    "PING": (lambda _: [PingFrame(0, b"12345678")] * 1000, ENHANCE_YOUR_CALM),
    "SETTINGS": (lambda _: [SettingsFrame(0)] * 1000, ENHANCE_YOUR_CALM),
    "PRIORITY": (lambda _: [PriorityFrame(1, depends_on=3, stream_weight=1)] * 1000, ENHANCE_YOUR_CALM),
    "empty DATA": (empty_data, ENHANCE_YOUR_CALM),
    "CONTINUATION": (endless_headers, ENHANCE_YOUR_CALM),
    "header list": (large_headers, COMPRESSION_ERROR),
    "stream of the server": (lambda client: [client.headers(2, "END_HEADERS", of=fields())], PROTOCOL_ERROR),
    "DATA without a stream": (lambda _: [DataFrame(1, b"x")], PROTOCOL_ERROR),
    # Errors of a stream: RST_STREAM says so, and no GOAWAY.
    "no method": (lambda client: [client.headers(1, "END_HEADERS", "END_STREAM", of=fields()[1:])], None),
    "HTTP/1.1 header": (lambda client: [client.headers(1, "END_HEADERS", of=fields(connection="close"))], None),
}


@pytest.mark.parametrize("kind", TOO_MUCH)
def test_a_client_that_does_what_it_must_not_is_cut_off(client, port, program, kind):
    frames, code = TOO_MUCH[kind]
    client.until_admitted()
    client.send(*frames(client))
    assert client.end() == code
    with Client(port, program.authority) as other:
        assert other.answer(other.request("/healthz"))[0][":status"] == "200"


def test_a_client_has_a_hundred_requests_at_once(server, port, program):
    with Client(port, program.authority, window=0) as client:
        for _ in range(100):
            last = client.request("/app.js")
        client.until(lambda frame: frame.stream_id == last)
        client.request("/app.js")
        assert client.end() == PROTOCOL_ERROR


def test_requests_that_cost_count_as_connections(server, port, program):
    """512 for each address: 6 connections and 506 requests whose answers nobody takes."""
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(Client(port, program.authority, window=0)) for _ in range(6)]
        for client in clients:
            client.until_admitted()
        asked = [(client, client.request("/r/room")) for client in clients for _ in range(100)]
        for client, stream in asked:
            client.until(lambda frame: frame.stream_id == stream)
        refused = [f for client in clients for f in client.frames if isinstance(f, RstStreamFrame)]
        assert {frame.error_code for frame in refused} == {REFUSED_STREAM}
        assert len(refused) == 600 - 506
        # A place comes back with the end of a stream.
        last = clients[-1]
        last.send(SettingsFrame(0, settings={SettingsFrame.INITIAL_WINDOW_SIZE: 1 << 20}))
        last.answer(1)
        assert last.answer(last.request("/healthz"))[0][":status"] == "200"


# The end.

def test_a_server_that_stops_says_goodbye_and_answers_what_was_asked(program, port):
    server = program.serve("--dev", "--listen", f"127.0.0.1:{port}")
    with Client(port, program.authority) as idle, Client(port, program.authority, window=0) as busy:
        idle.answer(idle.request("/healthz"))
        stream = busy.request("/app.js")
        busy.until(lambda frame: frame.stream_id == stream)
        server.process.send_signal(signal.SIGTERM)
        # One that crosses the farewell is not answered, and its client knows.
        late = busy.request("/healthz")
        farewell = busy.farewell()
        assert farewell.error_code == NO_ERROR
        busy.send(WindowUpdateFrame(stream, window_increment=1 << 20))
        headers, body = busy.answer(stream)
        assert int(headers["content-length"]) == len(body) > 0
        assert idle.farewell().error_code == NO_ERROR
        busy.end()
        assert (late in busy.answers) == (farewell.last_stream_id == late)
    assert server.stop()[0] == 0
