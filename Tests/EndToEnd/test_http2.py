# SPDX-License-Identifier: Apache-2.0
"""Browsers get the app over HTTP/2, and their WebSockets over HTTP/1.1."""

PROTOCOLS = """performance.getEntries().filter(entry => entry.nextHopProtocol)
    .map(entry => [entry.name, entry.nextHopProtocol])"""


def protocols(page):
    """By the addresses of what the page has loaded."""
    return dict(page.evaluate(PROTOCOLS))


def expect_http2(person, url):
    person.join()
    person.expect_status("waiting")
    loaded = protocols(person.page)
    assert loaded[url] == "h2" and loaded[f"{url}app.js"] == "h2"
    assert set(loaded.values()) == {"h2"}, loaded


def test_chromium_loads_the_app_over_http2_and_joins(server, room):
    expect_http2(room.enter(server.url), server.url)


def test_firefox_loads_the_app_over_http2_and_joins(server, room, firefox):
    expect_http2(room.enter_firefox(firefox, server.url), server.url)
