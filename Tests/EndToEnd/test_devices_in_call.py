# SPDX-License-Identifier: Apache-2.0
"""Other devices in a call that goes on, devices that are unplugged, and a screen that stays on."""

from pathlib import Path

from playwright.sync_api import expect

import support
from support.browser import SMALL_CAMERA
from support.waiting import PATIENCE
from test_before_joining import live_device, states
from test_together import named

WAKE_LOCK = Path(support.__file__).with_name("wake-lock.js")


def open_settings(person):
    person.button("More").click()
    person.button("Camera and sound").click()
    return person.page.get_by_role("dialog", name="Camera and sound")


def last_other(person, select):
    """A device that is not the one in use."""
    person.until(lambda: select.locator("option").count() > 2, "devices are listed")
    values = select.locator("option").evaluate_all("(options) => options.map(({ value }) => value)")
    used = select.input_value()
    return next(value for value in reversed(values) if value not in ("", used))


def offers(person):
    return sum(message["type"] == "offer" for message in person.sent + person.received)


def test_camera_and_microphone_change_without_negotiation(server, room):
    person, other = named(room, server.url, "Ana"), named(room, server.url, "Ben")
    for each in (person, other):
        each.expect_pictures(1)
    other.expect_media(1)
    before = offers(person)
    dialog = open_settings(person)
    for label, kind in (("Camera", "video"), ("Microphone", "audio")):
        select = dialog.get_by_label(label, exact=True).and_(person.page.locator("select"))
        chosen = last_other(person, select)
        select.select_option(chosen)
        person.until(lambda: live_device(person, kind) == chosen, f"the chosen {label} is open")
        person.until(lambda: select.input_value() == chosen, "the choice is shown")
    person.until(
        lambda: int(dialog.get_by_role("meter").get_attribute("aria-valuenow")) >= 20, "the meter of the new microphone"
    )
    other.expect_media(1)
    assert offers(person) == before
    live = person.page.evaluate("""
      observed.streams.flatMap((stream) => stream.getTracks()).filter(({ readyState }) => readyState === "live").length
    """)
    assert live == 2, "what was exchanged is let go"
    dialog.get_by_role("button", name="Close camera and sound").click()
    # The next call begins with it.
    camera = live_device(person, "video")
    person.page.reload()
    person.join()
    person.expect_pictures(1)
    assert live_device(person, "video") == camera


def test_a_call_that_ends_behind_the_dialog_listens_no_more(server, room):
    person = named(room, server.url, "Ana")
    person.expect_status("waiting")
    open_settings(person)
    meter = person.page.locator("#call-level")
    person.until(lambda: int(meter.get_attribute("aria-valuenow")) > 0, "the meter moves")
    person.page.evaluate("dispatchEvent(new Event('pagehide'))")
    person.join_button.wait_for()
    assert meter.get_attribute("aria-valuenow") == "0"
    person.page.wait_for_function("observed.sounds.every(({ state }) => state === 'closed')")


def test_a_muted_microphone_stays_muted_when_exchanged(server, room):
    person = named(room, server.url, "Ana")
    person.expect_status("waiting")
    person.button("Mute audio").click()
    dialog = open_settings(person)
    select = dialog.get_by_label("Microphone", exact=True).and_(person.page.locator("select"))
    chosen = last_other(person, select)
    select.select_option(chosen)
    person.until(lambda: live_device(person, "audio") == chosen, "the chosen microphone is open")
    sent = "observed.streams.at(-1).getAudioTracks()[0].enabled"
    assert person.page.evaluate(sent) is False


def test_the_speaker_is_that_of_all_tiles(server, room):
    person, _ = named(room, server.url, "Ana"), named(room, server.url, "Ben")
    person.expect_pictures(1)
    dialog = open_settings(person)
    select = dialog.get_by_label("Speaker", exact=True).and_(person.page.locator("select"))
    chosen = last_other(person, select)
    select.select_option(chosen)
    person.until(lambda: sinks(person) == {chosen}, lambda: f"sound goes to {chosen}: {sinks(person)}")
    named(room, server.url, "Zoë")
    person.expect_pictures(2)
    person.until(lambda: sinks(person) == {chosen}, lambda: f"also of who came later: {sinks(person)}")
    # Unplugged: the browser does not list it any more.
    person.page.evaluate("""() => {
      const devices = navigator.mediaDevices;
      devices.enumerateDevices = async () => [];
      devices.dispatchEvent(new Event("devicechange"));
    }""")
    expect(person.page.locator("#toast-text")).to_contain_text("Your speaker was disconnected.")
    assert sinks(person) == {""}


def sinks(person):
    return set(person.page.evaluate("[...document.querySelectorAll('.tile video')].map(({ sinkId }) => sinkId)"))


# What a browser does when a device is pulled out.
UNPLUG = """(kind) => {
  const tracks = observed.streams.flatMap((stream) => stream.getTracks());
  const track = tracks.findLast((each) => each.kind === kind && each.readyState === "live");
  track.stop();
  track.dispatchEvent(new Event("ended"));
}"""


def test_an_unplugged_microphone_and_camera_are_replaced_and_that_is_said(server, room):
    person, other = named(room, server.url, "Ana"), named(room, server.url, "Ben")
    for each in (person, other):
        each.expect_pictures(1)
    for kind, noun in (("audio", "microphone"), ("video", "camera")):
        person.page.evaluate(UNPLUG, kind)
        expect(person.page.locator("#toast-text")).to_contain_text(f"was disconnected. Your {noun} is “")
    other.expect_pictures(1)
    other.expect_media(1)


def test_without_another_camera_the_person_hears_what_to_do(server, room):
    person, other = named(room, server.url, "Ana"), named(room, server.url, "Ben")
    other.expect_pictures(1)
    person.page.evaluate("""() => {
      navigator.mediaDevices.getUserMedia = async () => { throw new DOMException("", "NotFoundError"); };
    }""")
    person.page.evaluate(UNPLUG, "video")
    expect(person.page.locator("#toast-text")).to_contain_text("nobody sees you. Connect one and turn the camera on.")
    expect(person.button("Mute video")).to_have_attribute("aria-pressed", "true")
    expect(other.tiles).to_have_attribute("data-video", "off", timeout=PATIENCE * 1000)
    person.button("Mute video").click()
    expect(person.page.locator("#toast-text")).to_contain_text("No camera or microphone found")
    expect(person.button("Mute video")).to_have_attribute("aria-pressed", "true")


def test_the_screen_stays_on_in_a_call_and_only_there(server, room):
    person = room.enter(server.url, SMALL_CAMERA, WAKE_LOCK)
    held = "wakeLocks.held"
    assert person.page.evaluate(held) == 0
    person.join()
    person.expect_status("waiting")
    person.until(lambda: person.page.evaluate(held) == 1, "the screen stays on")
    # The browser lets it go while another page is looked at.
    person.page.evaluate("wakeLocks.lose()")
    person.until(lambda: person.page.evaluate(held) == 1, "again after coming back")
    person.leave()
    person.until(lambda: person.page.evaluate(held) == 0, "the screen may go off")
    assert states(person) == {"ended"}
