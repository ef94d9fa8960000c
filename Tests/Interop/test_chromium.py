# SPDX-License-Identifier: Apache-2.0
"""Debian's Chromium: a data channel between two connections that have nothing but the relay."""

from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright
from support.browser import launch
from support.certificates import browser_home

from interop.cases import TCP, TLS, UDP, cases
from interop.credentials import PASSWORD, USER
from interop.urls import turn_url

SCRIPT = (Path(__file__).parent / "interop" / "data_channel.js").read_text()
MESSAGES = 50

CASES = [
    *cases("Chromium", "data channel", UDP, TCP, TLS),
    *cases("Chromium", "IPv6: data channel", UDP, TCP),
]


@pytest.fixture(scope="module")
def page(tmp_path_factory, authority):
    home = browser_home(tmp_path_factory.mktemp("browser-home"), authority.certificate)
    with sync_playwright() as playwright:
        browser = launch(playwright, home)
        yield browser.new_page()
        browser.close()


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_data_channel(server, case, page):
    url = turn_url(server, case.transport, "IPv6" if "IPv6" in case.feature else "IPv4")
    ice_server = {"urls": [url], "username": USER, "credential": PASSWORD}
    seen = page.evaluate(SCRIPT, {"server": ice_server, "messages": MESSAGES})
    assert seen["answers"] == [f"MESSAGE {number}" for number in range(MESSAGES)], seen
    assert seen["candidates"] and all(
        candidate == ["relay", case.transport.lower(), url] for candidate in seen["candidates"]
    ), seen
