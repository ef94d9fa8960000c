# SPDX-License-Identifier: Apache-2.0
"""What a person can look at and choose before a call, and joining with less than everything."""

import re
from pathlib import Path

from playwright.sync_api import expect

import support
from support.waiting import PATIENCE

FAILING_CAMERA = Path(support.__file__).with_name("failing-camera.js")
ONE_KIND = Path(support.__file__).with_name("one-kind.js")
SLOW_DEVICES = Path(support.__file__).with_name("slow-devices.js")


def test_the_page_asks_for_nothing_until_the_person_does(server, room):
    person = room.enter(server.url)
    expect(person.page.locator("#devices")).to_be_hidden()
    assert streams(person) == []


def test_camera_microphone_and_speaker_can_be_checked_before_joining(server, room):
    person = room.enter(server.url)
    check = person.button("Check camera and sound")
    check.click()
    expect(check).to_have_attribute("aria-expanded", "true")
    page = person.page
    expect(page.locator("#preview")).to_have_attribute("data-video", "on")
    person.until(lambda: page.evaluate("document.querySelector('#preview-video').videoWidth > 0"), "a preview")
    person.until(lambda: int(page.get_by_role("meter").get_attribute("aria-valuenow")) >= 20, "the meter moves")
    for label in ("Camera", "Microphone", "Speaker"):
        assert page.get_by_label(label, exact=True).and_(page.locator("select")).locator("option").count() > 1, label
    page.get_by_role("button", name="Play a test sound").click()
    expect(page.locator("#test-sound-result")).to_have_text("Playing…")
    expect(page.locator("#test-sound-result")).to_contain_text("Nothing heard?")
    # Closing gives the devices back.
    check.click()
    expect(page.locator("#devices")).to_be_hidden()
    assert states(person) == {"ended"}


def test_the_call_begins_with_what_was_checked(server, room):
    person, other = room.enter(server.url), room.enter(server.url)
    person.button("Check camera and sound").click()
    expect(person.page.locator("#preview")).to_have_attribute("data-video", "on")
    opened = len(streams(person))
    person.join()
    other.join()
    other.expect_pictures(1)
    other.expect_media(1)
    assert len(streams(person)) == opened, "devices that are open are not opened again"


def test_a_chosen_camera_is_the_one_that_is_opened_and_remembered(server, room):
    person = room.enter(server.url)
    person.button("Check camera and sound").click()
    camera = person.page.locator("select#camera")
    person.until(lambda: camera.locator("option").count() > 1, "cameras are listed")
    chosen = camera.locator("option").last.get_attribute("value")
    camera.select_option(chosen)
    person.until(lambda: live_device(person, "video") == chosen, "the chosen camera is open")
    person.page.reload()
    person.join()
    person.expect_status("waiting")
    assert live_device(person, "video") == chosen


def test_the_name_is_remembered_and_shown_to_others(server, room):
    first, second = room.enter(server.url), room.enter(server.url)
    name = "  Zoë <b>&amp;</b>  "
    first.page.get_by_label("Your name").fill(name)
    first.page.get_by_label("Your name").press("Enter")
    first.expect_status("waiting")
    second.join()
    tile = second.page.get_by_role("group", name="Zoë <b>&amp;</b>", exact=True)
    expect(tile).to_be_visible()
    expect(tile.locator(".name")).to_have_text("Zoë <b>&amp;</b>")
    assert second.page.locator(".tile b").count() == 0
    first.page.reload()
    expect(first.page.get_by_label("Your name")).to_have_value("Zoë <b>&amp;</b>")


def test_joining_with_the_camera_off_leaves_it_off_until_it_is_wanted(server, room):
    person, other = room.enter(server.url), room.enter(server.url)
    switch = person.page.get_by_role("switch", name="Camera")
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "false")
    person.join()
    other.join()
    expect(person.button("Mute video")).to_have_attribute("aria-pressed", "true")
    expect(other.tiles).to_have_attribute("data-state", "connected", timeout=PATIENCE * 1000)
    expect(other.tiles).to_have_attribute("data-video", "off")
    person.expect_pictures(1)
    assert kinds(person) == {"audio"}, "the camera was not touched"
    person.button("Mute video").click()
    other.expect_pictures(1)
    other.expect_media(1)


def test_two_without_camera_and_microphone_meet_and_one_turns_both_on(server, room):
    people = [room.enter(server.url, devices=False) for _ in range(2)]
    for person in people:
        for kind in ("Camera", "Microphone"):
            person.page.get_by_role("switch", name=kind).click()
        person.join()
    for person in people:
        person.expect_status("connected")
        expect(person.tiles).to_have_attribute("data-state", "connected")
        expect(person.tiles).to_have_attribute("aria-label", re.compile("microphone off"))
        assert streams(person) == []
    first, second = people
    first.context.grant_permissions(["camera", "microphone"])
    first.button("Mute video").click()
    first.button("Mute audio").click()
    second.expect_pictures(1)
    second.expect_media(1)


def test_who_mutes_again_while_the_browser_asks_is_not_heard(server, room):
    person, other = room.enter(server.url, SLOW_DEVICES), room.enter(server.url)
    for kind in ("Camera", "Microphone"):
        person.page.get_by_role("switch", name=kind).click()
    person.join()
    other.join()
    other.expect_remotes(1)
    mute = person.button("Mute audio")
    for pressed in ("false", "true"):
        mute.click()
        expect(mute).to_have_attribute("aria-pressed", pressed)
    person.page.evaluate("allowDevices()")
    person.until(lambda: kinds(person) == {"audio"}, "the microphone is open")
    person.until(lambda: tracks(person, "track.enabled") == [False], "the microphone is muted")
    expect(mute).to_have_attribute("aria-pressed", "true")
    # Several clicks ask once.
    for pressed in ("false", "true", "false"):
        mute.click()
        expect(mute).to_have_attribute("aria-pressed", pressed)
    other.until(lambda: sum(media["audioPackets"] for media in other.media().values()) > 20, "sound arrives")
    assert person.page.evaluate("asked") == 1


def test_a_refused_camera_in_the_call_is_said_and_stays_off(server, room):
    person = room.enter(server.url, devices=False)
    for kind in ("Camera", "Microphone"):
        person.page.get_by_role("switch", name=kind).click()
    person.join()
    person.expect_status("waiting")
    person.button("Mute video").click()
    expect(person.page.locator("#toast-text")).to_contain_text("Camera/mic permission required. Allow them")
    expect(person.button("Mute video")).to_have_attribute("aria-pressed", "true")


def test_after_a_refusal_joining_without_is_one_click(server, room):
    person = room.enter(server.url, devices=False)
    person.join()
    expect(person.notice).to_have_text("Camera/mic permission required to join")
    expect(person.page.locator("#notice-step")).to_contain_text("try again")
    person.button("Join without camera and microphone").click()
    person.expect_status("waiting")
    # The preference is as it was: next time the browser is asked again.
    person.leave()
    expect(person.page.get_by_role("switch", name="Camera")).to_have_attribute("aria-checked", "true")


def test_a_machine_without_a_camera_joins_with_the_microphone(server, room):
    person, other = room.enter(server.url, ONE_KIND), room.enter(server.url)
    person.join()
    other.join()
    expect(person.button("Mute video")).to_have_attribute("aria-pressed", "true")
    expect(person.button("Mute audio")).to_have_attribute("aria-pressed", "false")
    person.expect_pictures(1)
    other.until(lambda: sum(media["audioPackets"] for media in other.media().values()) > 20, "sound arrives")


def test_the_first_load_is_small(server, room):
    context = room.browser.new_context()
    room.contexts.append(context)
    page = context.new_page()
    requests, sizes = [], []
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.requestWillBeSent", lambda event: requests.append(event["request"]["url"]))
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(server.url)
    page.wait_for_load_state("networkidle")
    assert len(requests) < 15, requests
    assert sum(sizes) < 150_000


def streams(person):
    return person.page.evaluate("observed.streams.map((stream) => stream.getTracks().length)")


def tracks(person, expression):
    all_tracks = "observed.streams.flatMap((stream) => stream.getTracks())"
    return person.page.evaluate(f"{all_tracks}.map((track) => {expression})")


def states(person):
    return set(tracks(person, "track.readyState"))


def kinds(person):
    return set(tracks(person, "track.kind"))


def live_device(person, kind):
    devices = tracks(person, f"track.kind === '{kind}' && track.readyState === 'live' && track.getSettings().deviceId")
    return next((device for device in reversed(devices) if device), None)
