# SPDX-License-Identifier: Apache-2.0
"""Mute, leave and closed tabs, as the others see them."""

from playwright.sync_api import expect

from support.waiting import PATIENCE

GONE_WITHIN = 15
# Whoever vanishes without a word may come back for 30 s.
LOST_WITHIN = 45


def test_mute_audio_silences_for_the_others(server, room):
    speaker, listener = room.gather(server.url, 2)
    button = speaker.button("Mute audio")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    listener.until(lambda: is_silent(listener), lambda: f"silence after mute: {listener.media()}")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
    listener.expect_media(1)


# The least significant bit of a 16-bit sample is a level of 1/32767. Encoder and decoder may leave a bit or two of noise
# in silence; one beep of the fake microphone has a level of 0.1 and more.
NOISE_LEVEL = 4 / 32767


def is_silent(listener):
    """Nothing but noise arrives for two seconds: longer than the pause between two beeps of the fake microphone."""
    (before,) = listener.media().values()
    listener.pause(2)
    (after,) = listener.media().values()
    assert after["audioPackets"] > before["audioPackets"], "the connection is alive"
    # totalAudioEnergy adds up level squared times duration (webrtc-stats).
    loudest = NOISE_LEVEL**2 * (after["audioDuration"] - before["audioDuration"])
    return after["audioEnergy"] - before["audioEnergy"] <= loudest and after["audioLevel"] <= NOISE_LEVEL


def test_mute_video_takes_the_picture_from_the_others(server, room):
    shown, viewer = room.gather(server.url, 2)
    button = shown.button("Mute video")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(viewer.tiles).to_have_attribute("data-video", "off", timeout=PATIENCE * 1000)
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(viewer.tiles).to_have_attribute("data-video", "on", timeout=PATIENCE * 1000)
    viewer.expect_media(1)


def test_a_newcomer_finds_muted_video_muted(server, room):
    shown, newcomer = room.enter(server.url), room.enter(server.url)
    shown.join()
    shown.expect_status("waiting")
    shown.button("Mute video").click()
    newcomer.join()
    shown.expect_pictures(1)
    expect(newcomer.tiles).to_have_attribute("data-state", "connected", timeout=PATIENCE * 1000)
    expect(newcomer.tiles).to_have_attribute("data-video", "off")
    shown.button("Mute video").click()
    newcomer.expect_pictures(1)


def test_leave_removes_the_tile_and_gives_the_devices_back(server, room):
    stays, leaves = room.gather(server.url, 2)
    leaves.leave()
    stays.expect_remotes(0, GONE_WITHIN)
    stays.expect_status("waiting")
    expect(leaves.join_button).to_be_visible()
    states = leaves.page.evaluate(
        "observed.streams.flatMap((stream) => stream.getTracks().map((track) => track.readyState))"
    )
    assert states == ["ended", "ended"]
    leaves.join()
    stays.expect_pictures(1)
    leaves.expect_media(1)


def test_a_closed_tab_removes_the_tile(server, room):
    stays, closes = room.gather(server.url, 2)
    closes.page.close()
    stays.expect_remotes(0, GONE_WITHIN)
    stays.expect_status("waiting")


def test_a_crashed_tab_removes_the_tile(server, room):
    stays, crashes = room.gather(server.url, 2)
    # The page says no farewell: its process is gone.
    crashes.context.new_cdp_session(crashes.page).send("Page.navigate", {"url": "chrome://crash"})
    expect(stays.tiles).to_have_attribute("data-state", "reconnecting", timeout=GONE_WITHIN * 1000)
    stays.expect_remotes(0, LOST_WITHIN)
    stays.expect_status("waiting")
