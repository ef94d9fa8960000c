# SPDX-License-Identifier: Apache-2.0
"""Broken and malicious HTTP is refused, once, and the connection is closed."""

import pytest

from support.raw import exchange

MEGABYTE = 1 << 20

HOST = b"Host: localhost\r\n"
POST = b"POST /healthz HTTP/1.1\r\n" + HOST
GET = b"GET /healthz HTTP/1.1\r\n" + HOST
SMUGGLED = b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n"

# RFC 9112, sections 2.2, 3.2, 5 and 6: a server must or should refuse these, since a proxy in front of it may
# see the borders of messages elsewhere.
SMUGGLING = {
    "length and chunked": POST + b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "chunked and length": POST + b"Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "two lengths": POST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello" + SMUGGLED,
    "list of lengths": POST + b"Content-Length: 5, 6\r\n\r\nhello" + SMUGGLED,
    "negative length": POST + b"Content-Length: -5\r\n\r\nhello" + SMUGGLED,
    "signed length": POST + b"Content-Length: +5\r\n\r\nhello" + SMUGGLED,
    "endless length": POST + b"Content-Length: 99999999999999999999999\r\n\r\nhello" + SMUGGLED,
    "unknown coding": POST + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "chunked not last": POST + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "bad chunk size": POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n" + SMUGGLED,
    "endless chunk": POST + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nhello" + SMUGGLED,
    "bare line feed": b"GET /healthz HTTP/1.1\nHost: localhost\n\n" + SMUGGLED,
    "bare carriage return": GET + b"A: b\rC: d\r\n\r\n",
    "space before colon": POST + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
    "folded line": GET + b"X: a\r\n b\r\n\r\n",
    "NUL in a header": GET + b"X: a\0b\r\n\r\n",
    "no host": b"GET /healthz HTTP/1.1\r\n\r\n",
    "two hosts": GET + b"Host: elsewhere.test\r\n\r\n",
    "control characters": b"GET \0\1\2 HTTP/1.1\r\n" + HOST + b"\r\n",
    "unknown version": b"GET /healthz HTTP/9.9\r\n" + HOST + b"\r\n",
}

OVERSIZED = {
    "header": GET + b"X: " + b"a" * MEGABYTE + b"\r\n\r\n",
    "number of headers": GET + b"".join(b"X-%d: a\r\n" % number for number in range(20_000)) + b"\r\n",
    "URL": b"GET /" + b"a" * MEGABYTE + b" HTTP/1.1\r\n" + HOST + b"\r\n",
}

# Names of files beside the app, and ways to write them.
PRIVATE = [
    "/../../../../etc/passwd",
    "/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
    "/icons/..%2f..%2f..%2fetc/passwd",
    "/package.json",
    "/%70ackage.json",
    "/package.json%00.png",
    "//package.json",
    "/./package.json",
    "/test/sw.test.js",
    "/%74est/sw.test.js",
    "/ui/../test/sw.test.js",
    "/index.html%00.png",
]


def responses(answer):
    """Status codes of what came back."""
    return [int(part[:3]) for part in answer.split(b"HTTP/1.1 ")[1:]]


@pytest.mark.parametrize("name", SMUGGLING)
def test_smuggling_shapes_are_refused_once_and_closed(bad_input_server, tls, name):
    with tls() as client:
        client.send(SMUGGLING[name])
        assert responses(client.read_to_end()) == [400]


@pytest.mark.parametrize("name", OVERSIZED)
def test_oversized_requests_are_refused_and_closed(bad_input_server, tls, name):
    with tls() as client:
        client.send(OVERSIZED[name])
        (status,) = responses(client.read_to_end())
        assert status in (400, 413, 414, 431)


@pytest.mark.parametrize("path", PRIVATE)
def test_only_the_files_of_the_app_are_served(bad_input_server, tls, path):
    with tls() as client:
        client.send(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        (status,) = responses(client.read_to_end())
        assert status in (400, 404)


def test_absolute_form_is_answered_by_its_path(bad_input_server, tls):
    # RFC 9112, section 3.2.2: a server must accept it.
    with tls() as client:
        client.send(b"GET https://localhost/healthz HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")
        assert responses(client.read_to_end()) == [200]


def test_an_unknown_upgrade_is_ignored(bad_input_server, tls):
    # RFC 9110, section 7.8: a server may ignore Upgrade; Chromium, curl and proxies offer h2c.
    with tls() as client:
        client.send(GET + b"Connection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\n\r\n")
        assert responses(client.read_to_end()) == [200]


def test_pipelined_requests_are_answered_in_order(bad_input_server, tls):
    with tls() as client:
        client.send(GET + b"\r\n" + b"GET /missing.js HTTP/1.1\r\n" + HOST + b"Connection: close\r\n\r\n")
        assert responses(client.read_to_end()) == [200, 404]


def test_http_without_tls_is_sent_to_https(bad_input_server):
    answer = exchange(bad_input_server.port, b"GET /a?b=c HTTP/1.1\r\nHost: localhost:8443\r\n\r\n")
    assert responses(answer) == [301]
    assert b"\r\nLocation: https://localhost:8443/a?b=c\r\n" in answer


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"GET / HTTP/1.1\r\nHost: a/b@c\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: a\r\n b\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * MEGABYTE + b"\r\n\r\n",
    ],
    ids=["strange host", "folded host", "no host", "unknown coding", "huge header"],
)
def test_broken_http_without_tls_is_refused_once_and_closed(bad_input_server, request_bytes):
    assert responses(exchange(bad_input_server.port, request_bytes)) == [400]


@pytest.mark.parametrize("count", [1, 5])
def test_garbage_behind_good_requests_ends_the_connection_alone(bad_input_server, tls, count):
    # The answer to the garbage must not be given twice: the second one would have no request to belong to.
    with tls() as client:
        client.send((GET + b"Accept-Encoding: gzip\r\n\r\n") * count + b"\x01garbage\r\n\r\n")
        answers = responses(client.read_to_end())
    assert answers.count(400) <= 1 and set(answers) <= {200, 400}


def test_bodies_that_end_early_end_the_connection_alone(bad_input_server, tls):
    for _ in range(20):
        for head in (b"Content-Length: 10\r\n\r\nab", b"Transfer-Encoding: chunked\r\n\r\n"):
            with tls() as client:
                client.send(POST + head)
