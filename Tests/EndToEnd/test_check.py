# SPDX-License-Identifier: Apache-2.0
"""/check says what works, and names the step that does not: with firewalls as they are."""

import re

import pytest
from playwright.sync_api import expect

from support.browser import ADDRESSES, new_context
from support.check_page import CheckPage
from support.inspector import Inspector
from support.network import SERVER_ADDRESS, proxied_port, proxy_for, start_named_server
from support.protocol import check
from support.waiting import PATIENCE
from test_offline import wait_for_service_worker

DRAWN = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
SIZES = {"small phone": (320, 568), "phone": (360, 740), "phone, sideways": (740, 360), "desktop": (1280, 800)}


@pytest.fixture
def open_check(browser):
    opened = []

    def open_page(url, devices=True):
        opened.append(CheckPage(new_context(browser, devices=devices), url))
        return opened[-1]

    yield open_page
    errors = [error for each in opened for error in each.errors]
    for each in opened:
        each.context.close()
    assert errors == []
    for each in opened:
        check(each.sent, each.received)


@pytest.fixture
def two_hosts(start_server, authority):
    """Pages come straight from the server; TURN is at an address where nobody listens yet."""
    port = proxied_port("turn.test")
    return start_named_server(
        start_server, authority, "call.test", "turn.test", [("call.test",), ("turn.test",)], port
    )


@pytest.fixture
def behind_inspector(start_server, authority):
    """Starts a server, and a firewall that inspects TLS before it. Page and relay have one name."""
    inspectors = []

    def start(websockets):
        port = proxied_port("away.test")
        server = start_named_server(start_server, authority, "away.test", "away.test", [("away.test",)], port)
        listen, target = (ADDRESSES["away.test"], port), (SERVER_ADDRESS, port)
        leaf = authority.leaf("away.test")
        inspectors.append(Inspector(listen, target, *leaf, "away.test", authority.certificate, websockets))
        return server

    yield start
    for inspector in inspectors:
        inspector.close()


def test_a_good_network_passes_and_the_report_has_no_secret(server, open_check):
    person = open_check(server.url)
    person.expect_works()
    report = person.report
    assert f"turns:localhost:{server.port}?transport=tcp" in report
    assert report.count(f"path: relay, tls, localhost:{server.port}, remote relay") == 2
    assert re.search(r"round trip [\d.]+ ms\n +throughput \d+ kbit/s", report)
    assert "Camera and microphone: waiting" in report
    secrets = person.secrets()
    # User name, credential, room and member id at least.
    assert len(secrets) >= 4
    assert [secret for secret in secrets if secret in report] == []
    assert [message["type"] for message in person.sent] == ["join", "leave"]


def test_a_firewall_that_blocks_websockets_is_named(behind_inspector, open_check):
    person = open_check(behind_inspector(websockets=False).url)
    person.expect_failure(
        "Signaling failed: WebSockets are blocked", ["passed", "failed", "skipped", "skipped", "skipped"]
    )
    expect(person.step("signaling")).to_contain_text("allow WebSockets (wss) to away.test")
    expect(person.step("speed")).to_contain_text("“Signaling” must work first")


def test_a_firewall_that_lets_only_the_web_pass_is_named(behind_inspector, open_check):
    person = open_check(behind_inspector(websockets=True).url)
    person.expect_failure(
        "Media relay failed: no connection", ["passed", "passed", "failed", "skipped", "skipped"]
    )
    expect(person.step("relay")).to_contain_text("A firewall that inspects TLS does that")
    secrets = person.secrets()
    assert len(secrets) >= 4
    assert [secret for secret in secrets if secret in person.report] == []


def test_a_relay_out_of_reach_is_named_and_tried_again(two_hosts, start_proxy, open_check):
    person = open_check(two_hosts.url)
    person.expect_failure(
        "Media relay failed: no connection", ["passed", "passed", "failed", "skipped", "skipped"]
    )
    expect(person.step("relay")).to_contain_text(f"TCP port {two_hosts.port} to turn.test")
    turn = proxy_for(start_proxy, "turn.test", two_hosts)
    joins = len(person.sent)
    person.button("Try again").click()
    person.expect_works()
    # What had passed was not done again.
    assert len(person.sent) == joins
    turn.freeze()
    person.button("Run again").click()
    person.expect_failure(
        "Media relay failed: no answer", ["passed", "passed", "failed", "skipped", "skipped"]
    )


def test_a_network_that_allows_one_connection_is_named(two_hosts, start_proxy, open_check):
    proxy_for(start_proxy, "turn.test", two_hosts).limit = 1
    person = open_check(two_hosts.url)
    person.expect_failure(
        "Echo through the relay failed: only one connection is possible",
        ["passed", "passed", "passed", "failed", "skipped"],
    )
    expect(person.step("echo")).to_contain_text("to allow several connections to turn.test")
    assert re.search(r"relay candidates: ([01] and 0|0 and 1)", person.report)


def test_a_relay_whose_name_is_not_found_is_named(start_server, authority, open_check):
    hosts = ("call.test", "nowhere.test")
    server = start_named_server(start_server, authority, *hosts, [("call.test",), ("nowhere.test",)])
    person = open_check(server.url)
    person.expect_failure(
        "Media relay failed: no connection", ["passed", "passed", "failed", "skipped", "skipped"]
    )
    expect(person.step("relay")).to_contain_text("Its name may not be found (DNS)")


def test_a_server_that_is_gone_is_named(server, open_check):
    person = open_check(server.url)
    person.expect_works()
    server.stop()
    person.button("Run again").click()
    person.expect_failure(
        "Call server failed: no connection", ["failed", "skipped", "skipped", "skipped", "skipped"]
    )
    person.context.set_offline(True)
    person.button("Try again").click()
    person.expect_failure(
        "Call server failed: this device is offline", ["failed", "skipped", "skipped", "skipped", "skipped"]
    )
    person.context.set_offline(False)
    server.start()
    person.button("Try again").click()
    person.expect_works()


def test_who_had_the_app_before_can_check_without_a_network(start_server, room):
    server = start_server("--dev")
    person = room.enter(server.url)
    wait_for_service_worker(person)
    server.stop()
    person.page.get_by_role("link", name="Check the network").click()
    headline = person.page.locator("#headline")
    expect(headline).to_have_text("Call server failed: no connection", timeout=PATIENCE * 1000)


def test_camera_and_microphone_are_tried_on_a_click_and_a_refusal_is_a_warning(server, open_check):
    person = open_check(server.url)
    person.expect_works()
    devices = person.step("devices")
    expect(devices).to_have_attribute("data-state", "waiting")
    person.button("Try camera and microphone").click()
    expect(devices).to_have_attribute("data-state", "passed")
    expect(devices).to_contain_text("Camera and microphone can be used.")
    person.page.wait_for_function("observed.streams.every((s) => s.getTracks().every((t) => t.readyState === 'ended'))")
    refused = open_check(server.url, devices=False)
    refused.expect_works()
    refused.button("Try camera and microphone").click()
    expect(refused.step("devices")).to_have_attribute("data-state", "warning")
    expect(refused.step("devices")).to_contain_text("Allow them beside the address of this page")
    expect(refused.headline).to_have_text("Calls work from here")
    expect(refused.button("Try again")).to_be_visible()


def test_everything_is_announced_and_done_by_keyboard(two_hosts, start_proxy, open_check):
    person = open_check(two_hosts.url)
    press = person.page.keyboard.press
    person.expect_failure(
        "Media relay failed: no connection", ["passed", "passed", "failed", "skipped", "skipped"]
    )
    assert person.page.locator("[role=status] #headline").count() == 1
    proxy_for(start_proxy, "turn.test", two_hosts)
    order = []
    for _ in range(6):
        press("Tab")
        order.append(person.page.evaluate("document.activeElement.textContent.trim()"))
    assert order == [
        "Video Call", "Try again", "Try camera and microphone", "Run again", "Copy report", "What the report says",
    ]
    for _ in range(4):
        press("Shift+Tab")
    press("Enter")
    # The button is gone: whoever reads on is at its step.
    expect(person.step("relay")).to_be_focused()
    person.expect_works()
    said = person.page.evaluate("said")
    assert said[:2] == ["Call server: Passed.", "Signaling: Passed."]
    assert re.match(r"Media relay: Failed\. There is no connection .*Ask whoever runs the network", said[2])
    assert said[3:] == [
        "Echo through the relay: Skipped.", "Speed: Skipped.",
        "Media relay: Passed.", "Echo through the relay: Passed.", "Speed: Passed.",
    ]
    press("Tab")
    expect(person.button("Try camera and microphone")).to_be_focused()
    press("Tab")
    press("Tab")
    person.context.grant_permissions(["clipboard-read", "clipboard-write"])
    press("Enter")
    expect(person.button("Copied")).to_be_focused()
    assert person.page.evaluate("navigator.clipboard.readText()") == person.report
    assert person.report.startswith("Connection check of https://call.test:")


def test_where_nothing_can_be_copied_the_report_is_shown(server, open_check):
    person = open_check(server.url)
    person.page.evaluate("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    person.expect_works()
    person.button("Copy report").click()
    expect(person.page.locator("#report")).to_be_visible()
    assert person.page.evaluate("getSelection().toString().trim()") == person.report.strip()


def test_it_fits_on_phones_and_desktops(two_hosts, start_proxy, open_check, artifacts):
    person = open_check(two_hosts.url)
    person.expect_failure(
        "Media relay failed: no connection", ["passed", "passed", "failed", "skipped", "skipped"]
    )
    person.page.locator("summary").click()
    expect_fit(person, artifacts, "check-failed")
    proxy_for(start_proxy, "turn.test", two_hosts)
    person.page.locator("summary").click()
    person.button("Run again").click()
    person.expect_works()
    expect_fit(person, artifacts, "check")


def expect_fit(person, artifacts, name):
    for size, (width, height) in SIZES.items():
        person.page.set_viewport_size({"width": width, "height": height})
        for scheme in ("dark", "light"):
            person.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            person.page.evaluate("document.querySelector('.check-screen').scrollTo(0, 0)")
            person.page.evaluate(DRAWN)
            person.page.screenshot(path=artifacts / f"{name}-{scheme}-{width}.png")
        wide = person.page.evaluate("""
          [...document.querySelectorAll("body *")]
            .filter((element) => element.checkVisibility() && !element.closest("pre, .spoken"))
            .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
            .map((element) => element.outerHTML.slice(0, 80))
        """)
        assert wide == [], size
        small = person.page.evaluate("""
          [...document.querySelectorAll("button, a, summary")].filter((element) => element.checkVisibility())
            .filter((element) => element.getBoundingClientRect().height < 24).map((element) => element.textContent)
        """)
        assert small == [], size
