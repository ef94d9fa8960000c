# SPDX-License-Identifier: Apache-2.0
"""How good each connection is: a mark, numbers on demand, and pictures that fit the link of whoever sends and receives."""

import re

import pytest
from playwright.sync_api import expect

from support.browser import NOISE, STILL_MICROPHONE, TALL_CAMERA
from support.network import proxy_for
from support.waiting import PATIENCE
from test_check import DRAWN
from test_layouts import VIEWPORTS, faults, show_on
from test_looks import PORTRAIT
from test_recovery import named_server  # noqa: F401 (a fixture)
from test_together import named

# Many browsers take their time to begin.
CROWDED = 3 * PATIENCE
# Carries silence with all its headers, and no voice beside the smallest picture: bytes a second. With more, a browser's own
# estimate often slows it down before anything has to wait long.
NARROW = 7_000
LONG_NAME = "Maximiliane von und zu Hohenlohe-Langenburg"
# What plan.js makes of what this page has been told.
PLANNED = """async (views) => {
  const { plan, UPLINK, WHOLE } = await import("/quality/plan.js");
  const { height } = observed.streams[0].getVideoTracks()[0].getSettings();
  const viewers = views.map((view, id) => ({ id: String(id), view: view ?? WHOLE, limit: Infinity }));
  const shares = plan(UPLINK, { camera: height, screen: 0, sound: false }, viewers);
  return { uplink: UPLINK, cameras: [...shares.values()].map(({ camera }) => camera) };
}"""


def mark(person, name):
    return person.page.get_by_role("button", name=re.compile(f"^Connection to {name}: "))


def shown_mark(person):
    """Also while a dialog makes everything behind it inert."""
    return person.page.locator(".tile .quality")


def expect_grade(person, name, grade):
    expect(mark(person, name)).to_have_attribute("data-grade", grade, timeout=PATIENCE * 1000)
    expect(mark(person, name)).to_have_accessible_name(f"Connection to {name}: {grade}")


def limits(person, kind="video"):
    return [limit for each in person.evaluate("observed.limits()") for limit in each if limit["kind"] == kind]


def views(person):
    """How large the others say that they show this person; None of those who have not said."""
    said = {message["from"]: message["view"] for message in person.received if message["type"] == "view"}
    return [said.get(peer) for peer in person.peers()]


def is_small_somewhere(views):
    return None not in views and any(view["camera"] <= 270 for view in views)


def applied(person):
    return sorted((limit.get("maxBitrate"), limit.get("scaleResolutionDownBy"), limit.get("maxFramerate"))
                  for limit in limits(person))


def planned(person):
    cameras = person.page.evaluate(PLANNED, views(person))["cameras"]
    return sorted((camera["bitrate"], camera["scale"], camera["rate"]) for camera in cameras)


@pytest.mark.parametrize("count", (4, 6))
def test_everybody_sees_everybody_within_an_ordinary_uplink(server, room, count, record):
    # For all that these cameras could send there is no room. One of Chromium's, shared by six pages, sometimes gives none of
    # them a picture; with its microphone they take two CPUs whole, and then measure links that carry less than the plan's.
    people = room.gather(server.url, count, TALL_CAMERA, STILL_MICROPHONE, timeout=CROWDED, sound=False)
    uplink = people[0].page.evaluate(PLANNED, [])["uplink"]
    for person in people:
        person.until(lambda p=person: None not in views(p), lambda p=person: f"views: {views(p)}")
        person.until(lambda p=person: applied(p) == planned(p), lambda p=person: f"{applied(p)}, not {planned(p)}")
        everything = sum(limit["maxBitrate"] for kind in ("audio", "video") for limit in limits(person, kind))
        assert len(limits(person)) == count - 1 and everything <= uplink
    record(f"bit/s for each camera in a call of {count}", applied(people[0])[-1][0])
    # A phone shows everybody small: the others need not send more.
    before = {person: applied(person) for person in people[1:]}
    show_on(people[0], "phone")
    for person in people[1:]:
        person.until(lambda p=person: is_small_somewhere(views(p)), lambda p=person: f"views: {views(p)}")
        person.until(lambda p=person: applied(p) == planned(p), lambda p=person: f"{applied(p)}, not {planned(p)}")
        assert applied(person) != before[person]
    people[0].expect_media(count - 1, sound=False)


def test_a_slow_receiver_is_sent_less_at_once_and_more_again_later(named_server, start_proxy, room):
    turn = proxy_for(start_proxy, "turn.test", named_server, narrow=True)
    ana, ben = named(room, named_server.url, "Ana", scripts=(NOISE,)), named(room, named_server.url, "Ben")
    for person in (ana, ben):
        person.expect_pictures(1)
        person.expect_media(1)
    # From now on Ana gets no more than silence, which is not too much.
    ben.button("Mute video").click()
    ben.button("Mute audio").click()
    expect_grade(ana, "Ben", "good")
    ana.until(lambda: applied(ana) == planned(ana), lambda: f"{applied(ana)}, not {planned(ana)}")
    [(whole, *_)] = applied(ana)
    mark(ana, "Ben").click()
    verdict = ana.page.locator("#quality-verdict")
    expect(verdict).to_have_text("Good.")
    turn.throttle(NARROW)
    ana.until(lambda: any(note["congested"] and note["dropped"] for note in congestion(ana)), lambda: f"a congested Ben: {congestion(ana)}")
    ana.until(lambda: applied(ana)[0][0] <= whole / 2, lambda: f"{applied(ana)}")
    expect(verdict).to_have_text("Poor. Ben receives more slowly than you send.", timeout=PATIENCE * 1000)
    expect(shown_mark(ana)).to_have_attribute("data-grade", "poor")
    turn.throttle(None)
    ana.until(lambda: congestion(ana)[-1]["congested"] is False, "an end of it")
    expect(verdict).to_have_text("Good.", timeout=PATIENCE * 1000)
    expect(shown_mark(ana)).to_have_attribute("data-grade", "good")
    ana.until(lambda: applied(ana)[0][0] == whole, lambda: f"{applied(ana)}")
    assert {note["peerId"] for note in congestion(ana)} == set(ana.peers())
    assert congestion(ben) == [], "what Ana gets was never too much"


def congestion(person):
    return [message for message in person.received if message["type"] == "peer-congestion"]


def test_details_by_keyboard_and_on_all_screens(server, room, artifacts):
    ana = named(room, server.url, "Ana", scripts=(PORTRAIT,), look=0)
    ben = named(room, server.url, LONG_NAME, scripts=(PORTRAIT,), look=2)
    for person in (ana, ben):
        person.expect_pictures(1)
    expect_grade(ana, LONG_NAME, "good")
    button = mark(ana, LONG_NAME)
    button.focus()
    ana.page.keyboard.press("Enter")
    dialog = ana.page.get_by_role("dialog", name=f"Connection to {LONG_NAME}")
    expect(dialog).to_be_visible()
    expect(ana.button("Close connection")).to_be_focused()
    for fact, pattern in FACTS.items():
        expect(dialog.locator(f'[data-fact="{fact}"]')).to_have_text(re.compile(pattern), timeout=PATIENCE * 1000)
    for size in ("phone-small", "phone", "phone-side", "desktop"):
        show_on(ana, size)
        ana.until(lambda: not faults(ana), lambda: f"{size}: {faults(ana)}", timeout=10)
        assert dialog.evaluate("dialog => dialog.scrollWidth <= dialog.clientWidth"), size
        for scheme in ("dark", "light"):
            ana.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            ana.page.evaluate(DRAWN)
            ana.page.screenshot(path=artifacts / f"quality-{scheme}-{VIEWPORTS[size][0]}.png")
    ana.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(button).to_be_focused()
    button.click()
    expect(dialog).to_be_visible()
    ben.leave()
    # There is nothing more to say about it.
    expect(dialog).to_be_hidden()


FACTS = {
    "round-trip": r"^\d+ ms$",
    "loss": r"^[\d.]+ %$",
    "received": r"^[\d.]+ [kM]bit/s$",
    "incoming": r"^\d+ × \d+, \d+ a second, \w+$",
    "outgoing": r"^\d+ × \d+, \d+ a second, \w+$",
    "protocol": "^TURN over TLS$",
}
