# SPDX-License-Identifier: Apache-2.0
"""Pictures of each state for people to look at, in the artifacts; and what can be said about them without eyes."""

from pathlib import Path

import pytest

import support
from support.waiting import SETTLED
from test_rooms import lock, set_pin
from test_together import say

PORTRAIT = Path(support.__file__).with_name("portrait.js")
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 360, "height": 740}
LOOKS = [("dark", DESKTOP), ("light", DESKTOP), ("light", PHONE), ("dark", PHONE)]


@pytest.fixture(params=LOOKS, ids=lambda look: f"{look[0]}-{look[1]['width']}")
def shoot(request, artifacts):
    """Takes a picture of a person's page and checks that nothing is cut off at its sides."""
    scheme, viewport = request.param

    def take(person, name):
        person.page.set_viewport_size(viewport)
        person.page.emulate_media(color_scheme=scheme)
        person.page.evaluate(SETTLED)
        person.page.screenshot(path=artifacts / f"{name}-{scheme}-{viewport['width']}.png")
        assert outside(person) == [], name

    return take


def outside(person):
    """Buttons and fields that are not wholly on the page, from left to right."""
    return person.page.evaluate("""
      [...document.querySelectorAll("button, input, select, textarea")]
        .filter((element) => element.checkVisibility())
        .filter((element) => {
          const { left, right } = element.getBoundingClientRect();
          return left < 0 || right > innerWidth;
        })
        .map((element) => element.id || element.textContent)
    """)


def test_before_joining(server, room, shoot):
    person = room.enter(server.url, PORTRAIT, look=1)
    shoot(person, "join")
    person.page.get_by_role("switch", name="Camera").click()
    person.page.get_by_role("switch", name="Camera").click()
    person.button("Check camera and sound").click()
    person.until(lambda: person.page.evaluate("document.querySelector('#preview-video').videoWidth > 0"), "a preview")
    shoot(person, "join-check")
    refused = room.enter(server.url, devices=False)
    refused.join()
    refused.button("Join without camera and microphone").wait_for()
    shoot(refused, "join-refused")


def test_at_the_door(server, room, shoot):
    host, guest, third = (room.enter(f"{server.url}r/standup", PORTRAIT, look=look) for look in range(3))
    host.page.get_by_label("Your name").fill("Ana")
    host.join()
    host.expect_status("waiting")
    shoot(host, "alone")
    set_pin(host, "2468")
    shoot(host, "room")
    guest.page.get_by_label("Your name").fill("Zoë")
    guest.join()
    guest.button("Ask to be let in").wait_for()
    shoot(guest, "join-pin")
    guest.button("Ask to be let in").click()
    guest.expect_status("knocking")
    shoot(guest, "door")
    host.button("Close people and room").click()
    host.button("Let Zoë in").wait_for()
    shoot(host, "knock")


def test_in_a_call(server, room, shoot):
    people = [room.enter(server.url, PORTRAIT, look=look) for look in range(3)]
    for person, name in zip(people, ("Ana", "Ben", "Maximiliane von und zu Hohenlohe-Langenburg")):
        person.page.get_by_label("Your name").fill(name)
        person.join()
    shown, second, third = people
    shown.expect_pictures(2)
    second.button("Raise hand").click()
    third.button("Mute audio").click()
    say(third, "Good morning! The agenda is at https://example.com/agenda.")
    say(second, "Thanks, I have read it.\nOne question about the second point, please.")
    shown.page.locator("#toast-text").get_by_text("Ben:").wait_for()
    shoot(shown, "call")
    say(shown, "Go ahead 🙂")
    shoot(shown, "chat")
    shown.button("Close chat").click()
    shown.button("People and room").click()
    shoot(shown, "people")
    shown.button("Close people and room").click()
    third.leave()
    shown.expect_remotes(1)
    shoot(shown, "call-two")
