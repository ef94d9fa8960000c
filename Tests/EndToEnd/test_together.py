# SPDX-License-Identifier: Apache-2.0
"""What people in a call see of each other beside the pictures: names, mute, hands, voices, and chat."""

import re

from playwright.sync_api import expect

from support.browser import SMALL_CAMERA, VOICE
from support.waiting import PATIENCE

WITH_VOICE = (SMALL_CAMERA, VOICE)


def named(room, url, name, scripts=(), **options):
    person = room.enter(url, *scripts, **options)
    person.page.get_by_label("Your name").fill(name)
    person.join()
    return person


def test_others_see_mute_and_a_raised_hand(server, room):
    first, second = named(room, server.url, "Ana"), named(room, server.url, "Ben")
    tile = second.tiles
    expect(tile).to_have_attribute("aria-label", "Ana")
    first.button("Mute audio").click()
    expect(tile).to_have_attribute("aria-label", "Ana, microphone off")
    expect(tile.locator(".name svg")).to_be_visible()
    first.button("Raise hand").click()
    expect(tile).to_have_attribute("aria-label", "Ana, microphone off, hand raised")
    expect(tile.locator(".hand")).to_be_visible()
    expect(second.page.locator("#toast-text")).to_have_text("Ana raised a hand")
    # Who comes later sees it as well.
    third = named(room, server.url, "Zoë")
    expect(third.page.get_by_role("group", name="Ana, microphone off, hand raised")).to_be_visible()
    first.button("Mute audio").click()
    first.button("Raise hand").click()
    for person in (second, third):
        expect(person.page.get_by_role("group", name="Ana", exact=True)).to_be_visible()
    second.button("People and room").click()
    rows = second.page.locator("#people li")
    expect(rows).to_have_text([re.compile("Ben \\(you\\)"), re.compile("Ana.*Host", re.DOTALL), re.compile("Zoë")])


def test_who_comes_and_goes_is_announced(server, room):
    first = named(room, server.url, "Ana")
    first.expect_status("waiting")
    second = named(room, server.url, "Ben")
    announcer = first.page.locator("#announcer")
    expect(announcer).to_contain_text("Ben joined")
    second.leave()
    expect(announcer).to_contain_text("Ben left")


def speaking(is_speaking):
    return "data-speaking", "true" if is_speaking else "false"


def test_who_speaks_is_marked_and_who_is_silent_or_muted_is_not(server, room):
    speaker, listener = named(room, server.url, "Ana", WITH_VOICE), named(room, server.url, "Ben")
    listener.expect_pictures(1)
    own_view = speaker.page.locator("#self-view")
    for is_speaking in (True, False, True):
        speaker.page.evaluate("voice.speak()" if is_speaking else "voice.hush()")
        expect(listener.tiles).to_have_attribute(*speaking(is_speaking), timeout=PATIENCE * 1000)
        expect(own_view).to_have_attribute(*speaking(is_speaking), timeout=PATIENCE * 1000)
    speaker.button("Mute audio").click()
    expect(own_view).to_have_attribute(*speaking(False))
    expect(listener.tiles).to_have_attribute(*speaking(False), timeout=PATIENCE * 1000)


def test_who_speaks_while_muted_is_told_and_may_unmute_at_once(server, room):
    person = named(room, server.url, "Ana", WITH_VOICE)
    person.expect_status("waiting")
    person.button("Mute audio").click()
    person.page.evaluate("voice.speak()")
    expect(person.page.locator("#toast-text")).to_have_text("You are muted: nobody hears you.", timeout=PATIENCE * 1000)
    person.button("Unmute").click()
    expect(person.button("Mute audio")).to_have_attribute("aria-pressed", "false")
    expect(person.button("Unmute")).to_be_hidden()


def test_chat_reaches_everybody_and_those_who_come_later(server, room):
    first, second = named(room, server.url, "Ana"), named(room, server.url, "Ben")
    first.expect_remotes(1)
    say(first, "Hello <img src=x onerror=alert(1)>")
    expect(second.page.locator("#toast-text")).to_have_text("Ana: Hello <img src=x onerror=alert(1)>")
    expect(second.button("Chat")).to_have_attribute("data-news", "true")
    second.button("Open").click()
    lines = second.page.locator("#chat-lines li")
    expect(lines).to_have_count(1)
    expect(lines.locator(".chat-body")).to_have_text("Hello <img src=x onerror=alert(1)>")
    assert second.page.locator("#chat-lines img").count() == 0
    say(second, "see https://example.com/a?b=c. and javascript:alert(1)")
    link = first.page.locator("#chat-lines a")
    expect(link).to_have_count(1)
    expect(link).to_have_attribute("href", "https://example.com/a?b=c")
    expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")
    third = named(room, server.url, "Zoë")
    third.button("Chat").click()
    expect(third.page.locator("#chat-lines bdi")).to_have_text(["Ana", "Ben"])
    # A room that all have left has forgotten.
    for person in (first, second, third):
        person.leave()
    third.join()
    third.expect_status("waiting")
    third.button("Chat").click()
    expect(third.page.locator("#chat-lines li")).to_have_count(0)


def test_chat_survives_a_server_restart_without_doubles(server, room):
    person = named(room, server.url, "Ana")
    person.expect_status("waiting")
    say(person, "before")
    expect(person.page.locator("#chat-lines li")).to_have_count(1)
    server.kill()
    person.expect_status("reconnecting")
    person.page.get_by_label("Message", exact=True).fill("while away")
    person.page.get_by_label("Message", exact=True).press("Enter")
    expect(person.page.locator("#chat-problem")).to_contain_text("Not sent")
    expect(person.page.get_by_label("Message", exact=True)).to_have_value("while away")
    server.start()
    person.expect_status("waiting")
    person.button("Send").click()
    expect(person.page.locator("#chat-lines .chat-body")).to_have_text(["before", "while away"])


def test_panels_work_by_keyboard(server, room):
    person = room.enter(server.url)
    person.join()
    person.expect_status("waiting")
    person.button("Chat").focus()
    person.page.keyboard.press("Enter")
    expect(person.page.get_by_label("Message", exact=True)).to_be_focused()
    person.page.keyboard.press("Escape")
    expect(person.page.locator("#chat-panel")).to_be_hidden()
    expect(person.button("Chat")).to_be_focused()


def say(person, text):
    if person.page.locator("#chat-panel").is_hidden():
        person.button("Chat").click()
    person.page.get_by_label("Message", exact=True).fill(text)
    person.page.get_by_label("Message", exact=True).press("Enter")
