# SPDX-License-Identifier: Apache-2.0
"""A call by keyboard alone: shortcuts and their help, push to talk, and where the focus is."""

from playwright.sync_api import expect

from support.waiting import PATIENCE
from test_together import WITH_VOICE, named


def alone(room, server, **options):
    person = named(room, server.url, "Me", **options)
    person.expect_status("waiting")
    return person


def focus(person):
    return person.page.evaluate("document.activeElement.id || document.activeElement.tagName")


FOCUSED = "document.activeElement.ariaLabel ?? document.activeElement.textContent.trim()"


def expect_pressed(person, name, pressed=True):
    expect(person.button(name)).to_have_attribute("aria-pressed", str(pressed).lower())


def test_single_keys_do_what_the_buttons_do_and_say_it(server, room):
    person = alone(room, server)
    press = person.page.keyboard.press
    for key, name, said in (
        ("m", "Mute audio", "Microphone off"), ("v", "Mute video", "Camera off"), ("h", "Raise hand", "Hand raised"),
    ):
        press(key)
        expect_pressed(person, name)
        expect(person.page.locator("#announcer")).to_contain_text(said)
        press(key)
        expect_pressed(person, name, False)
    for key, panel in (("c", "#chat-panel"), ("p", "#room-panel")):
        press(key)
        expect(person.page.locator(panel)).to_be_visible()
        press("Escape")
        expect(person.page.locator(panel)).to_be_hidden()
    press("d")
    expect(person.page.get_by_role("dialog", name="Camera and sound")).to_be_visible()
    press("Escape")
    press("Control+m")
    expect_pressed(person, "Mute audio", False)


def test_no_key_does_anything_while_somebody_types_or_reads_a_dialog(server, room):
    person = alone(room, server)
    keyboard = person.page.keyboard
    keyboard.press("c")
    message = person.page.get_by_label("Message", exact=True)
    expect(message).to_be_focused()
    keyboard.type("mvhsp? 123")
    expect(message).to_have_value("mvhsp? 123")
    keyboard.press("Escape")
    keyboard.press("?")
    expect(person.page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    keyboard.press("m")
    keyboard.press("h")
    keyboard.press("Escape")
    for name in ("Mute audio", "Mute video", "Raise hand", "Share screen"):
        expect_pressed(person, name, False)


def test_the_help_names_the_keys_and_turns_them_off_for_good(server, room):
    person = alone(room, server)
    press = person.page.keyboard.press
    press("?")
    help_dialog = person.page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(help_dialog.locator("dt", has_text="M").first).to_be_visible()
    expect(help_dialog).to_contain_text("Mute or unmute")
    help_dialog.get_by_role("switch").click()
    press("Escape")
    press("m")
    expect_pressed(person, "Mute audio", False)
    person.page.reload()
    person.join()
    person.expect_status("waiting")
    press("m")
    expect_pressed(person, "Mute audio", False)
    person.button("More").click()
    person.button("Keyboard shortcuts").click()
    help_dialog.get_by_role("switch").click()
    press("Escape")
    press("m")
    expect_pressed(person, "Mute audio")


def test_push_to_talk_is_heard_only_while_space_is_held(server, room):
    speaker, listener = named(room, server.url, "Ana", WITH_VOICE), named(room, server.url, "Ben")
    listener.expect_pictures(1)
    speaker.page.evaluate("voice.speak()")
    speaker.button("More").click()
    speaker.page.get_by_role("switch", name="Push to talk").click()
    # The mouse clicked there last: the space bar must not press it again.
    expect_pressed(speaker, "Mute audio")
    tile = listener.tiles
    expect(tile).to_have_attribute("aria-label", "Ana, microphone off")
    hint = speaker.page.locator("#talk-hint")
    expect(hint).to_have_text("Space Hold to speak")
    speaker.page.keyboard.down(" ")
    expect(tile).to_have_attribute("aria-label", "Ana")
    expect(hint).to_have_text("Space You are heard")
    expect(tile).to_have_attribute("data-speaking", "true", timeout=PATIENCE * 1000)
    speaker.page.keyboard.up(" ")
    expect(tile).to_have_attribute("aria-label", "Ana, microphone off")
    expect(speaker.page.get_by_role("switch", name="Push to talk")).to_have_attribute("aria-checked", "true")
    # Whoever types writes spaces.
    speaker.page.keyboard.press("Escape")
    speaker.button("Chat").click()
    speaker.page.keyboard.down(" ")
    expect_pressed(speaker, "Mute audio")
    speaker.page.keyboard.up(" ")
    speaker.button("Close chat").click()
    # The page loses the keyboard while the key is held.
    speaker.page.keyboard.down(" ")
    expect_pressed(speaker, "Mute audio", False)
    speaker.page.evaluate("dispatchEvent(new Event('blur'))")
    expect_pressed(speaker, "Mute audio")
    speaker.page.keyboard.up(" ")
    # Remembered, and muted from the start.
    speaker.page.reload()
    speaker.join()
    expect_pressed(speaker, "Mute audio")
    expect(hint).to_be_visible()


def test_space_presses_the_button_that_was_reached_by_keyboard(server, room):
    person = alone(room, server)
    person.button("More").click()
    person.page.get_by_role("switch", name="Push to talk").click()
    person.page.keyboard.press("Escape")
    person.button("Mute video").focus()
    person.page.keyboard.press("Tab")
    assert focus(person) == "share-screen"
    person.page.keyboard.press("Shift+Tab")
    person.page.keyboard.press(" ")
    expect_pressed(person, "Mute video")
    expect_pressed(person, "Mute audio")


def test_the_focus_stays_in_a_dialog_and_returns_to_its_button(server, room):
    person = alone(room, server)
    press = person.page.keyboard.press
    person.button("More").focus()
    press("Enter")
    person.button("Camera and sound").focus()
    press("Enter")
    dialog = person.page.get_by_role("dialog", name="Camera and sound")
    expect(dialog).to_be_visible()
    seen = set()
    for _ in range(12):
        press("Tab")
        seen.add(person.page.evaluate("""
          document.activeElement === document.body ? "browser"
            : document.activeElement.closest("dialog")?.id ?? document.activeElement.id
        """))
    assert seen <= {"settings", "browser"} and "settings" in seen
    press("Escape")
    expect(dialog).to_be_hidden()
    expect(person.button("More")).to_be_focused()
    press("Enter")
    expect(person.page.locator("#more")).to_be_visible()
    press("Escape")
    expect(person.page.locator("#more")).to_be_hidden()
    expect(person.button("More")).to_be_focused()


def test_the_order_of_the_focus_is_the_order_on_the_page(server, room):
    watcher, _ = named(room, server.url, "Me"), named(room, server.url, "Ana")
    watcher.expect_pictures(1)
    expect(watcher.page.locator(".tile .quality")).to_be_visible(timeout=PATIENCE * 1000)
    watcher.page.locator("#call-screen").focus()
    order = []
    for _ in range(10):
        watcher.page.keyboard.press("Tab")
        order.append(watcher.page.evaluate(FOCUSED))
    assert order.pop(1).startswith("Connection to Ana: ")
    assert order == [
        "Show Ana in a small window", "Mute audio", "Mute video", "Share screen", "Raise hand", "Chat",
        "People and room", "More", "Leave Call",
    ]
