# SPDX-License-Identifier: Apache-2.0
"""What axe-core finds in each view, and what a screen reader is told as it happens."""

import re

import pytest
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import expect

from support.browser import SCREEN, SMALL_CAMERA
from support.network import proxy_for
from support.waiting import PATIENCE, SETTLED
from test_check import open_check  # noqa: F401 (a fixture)
from test_recovery import named_server  # noqa: F401 (a fixture)
from test_rooms import set_pin
from test_together import named, say

# The pictures and the bar are dark in any scheme.
STAGE = ("dark",)


@pytest.fixture(scope="session")
def violations():
    """Runs axe-core on a page, in both color schemes where it has two."""
    axe = Axe()

    def find(person, view, schemes=("dark", "light")):
        found = []
        for scheme in schemes:
            # What the other colors can change is the contrast.
            rules = ["color-contrast"] if scheme == "light" else None
            person.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            # What still fades in has less contrast than it will have.
            person.page.evaluate(SETTLED)
            options = {"resultTypes": ["violations"], **({"runOnly": rules} if rules else {})}
            result = axe.run(person.page, options=options)
            assert len(result["passes"]) > (0 if rules else 10), "axe has looked"
            found += [
                f"{view} {scheme}: {violation['id']} {node['target']} {node['failureSummary']}"
                for violation in result["violations"]
                if violation["impact"] in ("serious", "critical")
                for node in violation["nodes"]
            ]
        return found

    return find


def test_nothing_serious_before_a_call(server, room, violations):
    person = room.enter(f"{server.url}r/standup")
    assert violations(person, "join") == []
    person.button("Check camera and sound").click()
    expect(person.page.locator("#preview")).to_have_attribute("data-video", "on")
    assert violations(person, "check") == []
    refused = room.enter(server.url, devices=False)
    refused.join()
    refused.button("Join without camera and microphone").wait_for()
    assert violations(refused, "refused") == []


def test_nothing_serious_at_the_door(server, room, violations):
    host = named(room, f"{server.url}r/standup", "Ana")
    host.expect_status("waiting")
    assert violations(host, "alone") == []
    set_pin(host, "2468")
    assert violations(host, "room") == []
    guest = named(room, f"{server.url}r/standup", "Ben")
    guest.button("Ask to be let in").wait_for()
    assert violations(guest, "PIN") == []
    guest.button("Ask to be let in").click()
    guest.expect_status("knocking")
    assert violations(guest, "door") == []
    host.button("Let Ben in").wait_for()
    assert violations(host, "knock") == []


def test_nothing_serious_in_a_call(server, room, violations):
    ana = named(room, server.url, "Ana", scripts=(SMALL_CAMERA, SCREEN))
    ben, zoe = named(room, server.url, "Ben"), named(room, server.url, "Zoë")
    ben.expect_pictures(2)
    zoe.button("Mute video").click()
    zoe.button("Raise hand").click()
    ben.page.get_by_role("group", name="Zoë, hand raised").wait_for()
    assert violations(ben, "grid", STAGE) == []
    ana.button("Share screen").click()
    expect(ben.page.get_by_role("group", name="Ana’s screen")).to_have_attribute("data-main", "true")
    ben.page.get_by_role("group", name="Ana’s screen").hover()
    assert violations(ben, "screen", STAGE) == []
    say(ana, "see https://example.com/")
    ben.button("Open").click()
    say(ben, "Thanks")
    assert violations(ben, "chat") == []
    ben.button("Close chat").click()
    ben.button("People and room").click()
    assert violations(ben, "people") == []
    ben.button("Close people and room").click()
    ben.button("More").click()
    ben.page.get_by_role("switch", name="Push to talk").click()
    assert violations(ben, "menu", STAGE) == []
    ben.button("Camera and sound").click()
    assert violations(ben, "settings") == []
    ben.button("Close camera and sound").click()
    ben.button("More").click()
    ben.button("Network path").click()
    ben.page.locator(".path").nth(2).wait_for()
    assert violations(ben, "path") == []
    ben.button("Close network path").click()
    ben.page.get_by_role("button", name="Connection to Ana: ").click()
    assert violations(ben, "quality") == []
    ben.button("Close connection").click()
    ben.page.keyboard.press("?")
    assert violations(ben, "help") == []
    ben.button("Close keyboard shortcuts").click()
    ben.page.set_viewport_size({"width": 360, "height": 740})
    assert violations(ben, "phone", STAGE) == []


def test_nothing_serious_in_the_check_of_the_connection(server, open_check, violations):
    person = open_check(server.url)
    person.expect_works()
    without_glow(person)
    assert violations(person, "all passed") == []
    server.stop()
    person.button("Run again").click()
    person.expect_failure("Call server failed: no connection", ["failed"] + ["skipped"] * 4)
    person.page.locator("summary").click()
    assert violations(person, "failed") == []
    refused = open_check(server.start().url, devices=False)
    refused.button("Try camera and microphone").wait_for()
    refused.expect_works()
    refused.button("Try camera and microphone").click()
    refused.button("Try again").wait_for()
    without_glow(refused)
    assert violations(refused, "warning") == []


def without_glow(person):
    """Of letters on a gradient axe-core does not tell the contrast. This one is faint."""
    person.page.evaluate("document.querySelector('.check-screen').style.backgroundImage = 'none'")


def test_a_screen_reader_is_told_what_happens(server, room):
    ana = named(room, server.url, "Ana")
    ana.expect_status("waiting")
    assert live_regions(ana) >= {"status", "toast-text", "announcer"}
    ben = named(room, server.url, "Ben", scripts=(SMALL_CAMERA, SCREEN))
    announcer = ana.page.locator("#announcer")
    expect(announcer).to_contain_text("Ben joined")
    expect(ana.status).to_have_text("Connected")
    say(ben, "Hello")
    expect(ana.page.locator("#toast-text")).to_have_text("Ben: Hello")
    ben.button("Share screen").click()
    expect(announcer).to_contain_text("Ben shares a screen")
    expect(ben.page.locator("#announcer")).to_contain_text("You share your screen")
    ben.leave()
    expect(announcer).to_contain_text("Ben left")
    server.kill()
    expect(ana.status).to_have_text(re.compile("^Reconnecting…"), timeout=PATIENCE * 1000)
    server.start()
    expect(ana.status).to_have_text("Waiting for others to join…", timeout=PATIENCE * 1000)


def live_regions(person):
    return set(person.page.evaluate("""
      [...document.querySelectorAll("[aria-live], [role='status'], [role='alert'], [role='log']")].map(({ id }) => id)
    """))


def test_a_screen_reader_is_told_of_an_interruption(named_server, start_proxy, room):
    turn = proxy_for(start_proxy, "turn.test", named_server)
    ana, ben = (named(room, named_server.url, name) for name in ("Ana", "Ben"))
    for person in (ana, ben):
        person.expect_pictures(1)
    ana.page.evaluate("""() => {
      globalThis.said = [];
      new MutationObserver((changes) => said.push(...changes.flatMap(({ addedNodes }) => [...addedNodes])
        .map(({ textContent }) => textContent))).observe(document.querySelector("#announcer"), { childList: true });
    }""")
    turn.cut()
    expected = ["The connection to Ben is interrupted", "The connection to Ben is back"]
    ana.until(lambda: ana.page.evaluate("said") == expected, lambda: f"said: {ana.page.evaluate('said')}")
