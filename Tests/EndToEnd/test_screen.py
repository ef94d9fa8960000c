# SPDX-License-Identifier: Apache-2.0
"""Sharing a screen: beside the camera, with its sound, without a pause of the pictures, and until it is ended."""

from playwright.sync_api import expect

from support.browser import SCREEN, SHARED_TITLE, SMALL_CAMERA
from support.waiting import PATIENCE
from test_together import named

# A picture that stands still for longer is a freeze that people notice.
LONGEST_PAUSE_MILLISECONDS = 1000


def enter(room, server, name, **options):
    return named(room, server.url, name, scripts=(SMALL_CAMERA, SCREEN), **options)


def screen_of(person, name):
    return person.page.get_by_role("group", name=f"{name}’s screen", exact=True)


def expect_screen(person, name):
    tile = screen_of(person, name)
    expect(tile).to_have_attribute("data-video", "on", timeout=PATIENCE * 1000)
    expect(tile).to_have_attribute("data-main", "true")
    # The drawn screen is wider than the cameras.
    person.until(lambda: tile.locator("video").evaluate("(video) => video.videoWidth") > 400, "the screen's picture")
    return tile


def test_a_screen_is_a_tile_of_its_own_with_sound_and_ends(server, room):
    ana, ben = enter(room, server, "Ana"), enter(room, server, "Ben")
    for person in (ana, ben):
        person.expect_pictures(1)
        person.expect_media(1)
    ben.page.evaluate(WATCH_CAMERA)
    button = ana.button("Share screen")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    tile = expect_screen(ben, "Ana")
    expect(ben.page.locator("#announcer")).to_contain_text("Ana shares a screen")
    # The camera is there as before.
    expect(ben.page.get_by_role("group", name="Ana", exact=True)).to_have_attribute("data-video", "on")
    expect(ben.tiles).to_have_count(2)
    ben.expect_tone(880, '.tile[data-source="screen"]')
    button.click()
    expect(tile).to_have_count(0)
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(ben.page.locator("#announcer")).to_contain_text("Ana stopped sharing the screen")
    ben.expect_pictures(1)
    ben.expect_media(1)
    # A second time, in the sections that are there.
    button.click()
    expect_screen(ben, "Ana")
    assert ben.page.evaluate("observed.sections()") == [4]
    assert ben.page.evaluate("longestPause()") < LONGEST_PAUSE_MILLISECONDS


def test_the_browsers_own_button_ends_sharing(server, room):
    ana, ben = enter(room, server, "Ana"), enter(room, server, "Ben")
    ben.expect_pictures(1)
    ana.button("Share screen").click()
    tile = expect_screen(ben, "Ana")
    ana.page.evaluate("shared.endedByBrowser()")
    expect(tile).to_have_count(0)
    expect(ana.button("Share screen")).to_have_attribute("aria-pressed", "false")
    assert ana.page.evaluate("shared.states()") == ["ended", "ended"]


def test_a_real_tab_is_shared_until_it_is_closed(server, room):
    ana, ben = named(room, server.url, "Ana"), named(room, server.url, "Ben")
    ben.expect_pictures(1)
    tab = ana.context.new_page()
    tab.goto(f"{server.url}healthz")
    tab.evaluate(MOVE, SHARED_TITLE)
    ana.page.bring_to_front()
    ana.button("Share screen").click()
    shown = expect_screen(ben, "Ana")
    # Tests hear no tabs: the browser is muted. That the sound of a tab is sent along can be seen.
    kinds = "(video) => video.srcObject.getTracks().map(({ kind }) => kind).sort()"
    ben.until(lambda: shown.locator("video").evaluate(kinds) == ["audio", "video"], "picture and sound of the tab")
    tab.close()
    expect(shown).to_have_count(0)
    expect(ana.button("Share screen")).to_have_attribute("aria-pressed", "false")


# A page that changes.
MOVE = """(title) => {
  document.title = title;
  setInterval(() => (document.body.style.background = `hsl(${performance.now() / 20} 60% 60%)`), 100);
}"""


def test_who_comes_later_sees_the_screen_and_two_may_share(server, room):
    ana, ben = enter(room, server, "Ana"), enter(room, server, "Ben")
    ben.expect_pictures(1)
    ana.button("Share screen").click()
    expect_screen(ben, "Ana")
    zoe = enter(room, server, "Zoë")
    expect_screen(zoe, "Ana")
    ben.button("Share screen").click()
    expect_screen(zoe, "Ben")
    expect(screen_of(ana, "Ben")).to_have_attribute("data-video", "on", timeout=PATIENCE * 1000)
    for person in (ana, ben, zoe):
        person.expect_media(2)
    ana.leave()
    expect(screen_of(zoe, "Ana")).to_have_count(0)
    expect(zoe.tiles).to_have_count(2)


def test_two_who_begin_at_once_see_each_other(server, room):
    ana, ben = enter(room, server, "Ana"), enter(room, server, "Ben")
    for person in (ana, ben):
        person.expect_pictures(1)
    # Without waiting in between: the offers cross.
    for person in (ana, ben):
        person.page.evaluate("document.querySelector('#share-screen').click()")
    expect_screen(ben, "Ana")
    expect_screen(ana, "Ben")
    for person in (ana, ben):
        person.expect_media(1)


def test_a_screen_comes_back_after_a_lost_connection(server, room):
    ana, ben = enter(room, server, "Ana"), enter(room, server, "Ben")
    ben.expect_pictures(1)
    ana.button("Share screen").click()
    expect_screen(ben, "Ana")
    server.kill()
    ben.expect_status("reconnecting")
    server.start()
    expect_screen(ben, "Ana")
    expect(ana.button("Share screen")).to_have_attribute("aria-pressed", "true")


def test_without_a_camera_a_screen_does_not_take_its_place(server, room):
    ana = room.enter(server.url, SMALL_CAMERA, SCREEN)
    ana.page.get_by_label("Your name").fill("Ana")
    ana.page.get_by_role("switch", name="Camera").click()
    ana.join()
    ben = enter(room, server, "Ben")
    ana.expect_pictures(1)
    ana.button("Share screen").click()
    expect_screen(ben, "Ana")
    camera = ben.page.get_by_role("group", name="Ana", exact=True)
    expect(camera).to_have_attribute("data-video", "off")
    ana.button("Mute video").click()
    expect(camera).to_have_attribute("data-video", "on", timeout=PATIENCE * 1000)
    assert camera.locator("video").evaluate("(video) => video.videoWidth") <= 400
    expect_screen(ben, "Ana")


def test_choosing_nothing_and_a_failure(server, room):
    ana = enter(room, server, "Ana")
    ana.expect_status("waiting")
    ana.page.evaluate("shared.refuse('NotAllowedError')")
    ana.button("Share screen").click()
    ana.page.evaluate("shared.refuse('NotReadableError')")
    ana.button("Share screen").click()
    expect(ana.page.locator("#toast-text")).to_have_text(
        "The screen could not be shared. Try again, or choose a window or a tab."
    )
    expect(ana.button("Share screen")).to_have_attribute("aria-pressed", "false")


# Notes when each picture of the camera is shown.
WATCH_CAMERA = """() => {
  const video = document.querySelector('.tile[data-source="person"] video');
  let last = performance.now();
  let longest = 0;
  const note = (now) => {
    longest = Math.max(longest, now - last);
    last = now;
    video.requestVideoFrameCallback(note);
  };
  video.requestVideoFrameCallback(note);
  globalThis.longestPause = () => Math.max(longest, performance.now() - last);
}"""
