# SPDX-License-Identifier: Apache-2.0
"""Grid, speaker, pinned, small window and full screen, on phone, tablet and desktop."""

import base64
import os
from pathlib import Path

import pytest
from playwright.sync_api import expect

import support
from support.browser import SCREEN
from support.waiting import PATIENCE
from test_together import WITH_VOICE, named

PORTRAIT = Path(support.__file__).with_name("portrait.js")
NAMES = ("Ana", "Ben", "Zoë", "Maximiliane von und zu Hohenlohe-Langenburg", "Lu")
VIEWPORTS = {
    "phone": (360, 740), "phone-small": (320, 568), "phone-side": (740, 360),
    "tablet": (820, 1180), "tablet-side": (1180, 820), "desktop": (1280, 800), "wide": (1920, 1080),
}

# Where pictures of the app are wanted: they take longer than the tests.
KEPT = os.environ.get("SWIFTTURN_LAYOUTS")
# Of these people look at pictures.
SHOWN = ("phone", "phone-side", "desktop")
# For pictures that are kept, cameras are sharper than many in one call should be.
CAMERA_SCALE = 0.5 if KEPT else 0.1


def tile_of(person, name):
    return person.page.get_by_role("group", name=name, exact=True)


def choose(person, layout):
    person.button("More").click()
    person.button(layout).click()


def expect_main(person, name):
    expect(tile_of(person, name)).to_have_attribute("data-main", "true")
    expect(person.page.locator('.tile[data-main="true"]')).to_have_count(1)


def faults(person):
    """What sticks out, is covered, or is too small, in words."""
    return person.page.evaluate("""
      () => {
        const found = [];
        const visible = (element) => element.checkVisibility({ checkOpacity: false });
        const name = (element) => element.id || element.ariaLabel || element.className;
        const rect = (element) => element.getBoundingClientRect();
        const meet = (a, b) =>
          a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
        const isWithin = ({ left, top, right, bottom }) =>
          left >= -1 && top >= -1 && right <= innerWidth + 1 && bottom <= innerHeight + 1;
        const whole = ".tile, #self-view, .controls, .controls button, .more, dialog";
        for (const element of document.querySelectorAll(whole)) {
          if (visible(element) && !isWithin(rect(element))) found.push(`${name(element)} is outside`);
        }
        const grid = document.querySelector("#grid");
        const pictures = [...grid.children, document.querySelector("#self-view")];
        const bar = document.querySelector(".controls");
        for (const [index, picture] of pictures.entries()) {
          if (rect(picture).width < 60 || rect(picture).height < 44) found.push(`${name(picture)} is tiny`);
          if (grid.dataset.shape === "single") continue;
          if (meet(rect(picture), rect(bar))) found.push(`${name(picture)} is under the bar`);
          for (const other of pictures.slice(index + 1)) {
            if (meet(rect(picture), rect(other))) found.push(`${name(picture)} covers ${name(other)}`);
          }
        }
        if (meet(rect(pictures.at(-1)), rect(bar))) found.push("our own picture is under the bar");
        const { scrollWidth, scrollHeight } = document.documentElement;
        if (scrollWidth > innerWidth || scrollHeight > innerHeight) found.push("the page scrolls");
        return found;
      }
    """)


@pytest.fixture
def shoot(artifacts):
    """Looks at a person's page in some sizes, and keeps pictures of them where those are wanted."""

    def take(person, name, sizes=VIEWPORTS):
        for size in sizes:
            show_on(person, size)
            expect_faultless(person, f"{name} on {size}")
            if KEPT and size in SHOWN:
                person.page.screenshot(path=artifacts / f"{name}-{size}.png")

    return take


def show_on(person, size):
    width, height = VIEWPORTS[size]
    person.page.set_viewport_size({"width": width, "height": height})
    person.page.wait_for_function(f"innerWidth === {width} && innerHeight === {height}")
    # What watches the size is told in the frame that follows.
    person.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def expect_faultless(person, what):
    """After a change of size the page may take a moment, not longer."""
    person.until(lambda: not faults(person), lambda: f"{what}: {faults(person)}", timeout=10)


def keep(person, name):
    """A picture for the README: small."""
    if not KEPT:
        return
    show_on(person, "desktop")
    expect_faultless(person, name)
    person.page.screenshot(path=Path(KEPT) / name, type="jpeg", quality=60)


def keep_together(person, artifacts, names, name):
    """Several pictures side by side, drawn by a page of their own."""
    if not KEPT:
        return
    page = person.context.new_page()
    page.set_viewport_size({"width": 1280, "height": 800})
    shown = (base64.b64encode((artifacts / f"{name}.png").read_bytes()).decode() for name in names)
    images = "".join(f'<img src="data:image/png;base64,{data}" height="740">' for data in shown)
    style = "display:flex;align-items:center;justify-content:space-evenly;height:100vh;margin:0;background:#33334f"
    page.set_content(f'<style>img{{border-radius:28px}}</style><body style="{style}">{images}')
    page.screenshot(path=Path(KEPT) / name, type="jpeg", quality=45)
    page.close()


def test_two_to_six_people_fit_in_every_layout_and_size(server, room, shoot, artifacts):
    """And nothing covers anything else."""
    shown = room.enter(server.url, PORTRAIT, look=0, light=CAMERA_SCALE)
    shown.page.emulate_media(reduced_motion="reduce")
    shown.join()
    for count, name in enumerate(NAMES, start=1):
        person = room.enter(server.url, PORTRAIT, SCREEN, look=count, light=CAMERA_SCALE)
        person.page.get_by_label("Your name").fill(name)
        person.join()
        shown.expect_pictures(count)
        shoot(shown, f"grid-{count}", ("phone", "desktop"))
    ana, ben, zoe, long_name, _ = room.participants[1:]
    keep(shown, "grid.jpg")
    ben.button("Raise hand").click()
    long_name.button("Mute audio").click()
    zoe.button("Mute video").click()
    expect(tile_of(shown, "Ben, hand raised")).to_be_visible()
    expect(tile_of(shown, "Zoë")).to_have_attribute("data-video", "off", timeout=PATIENCE * 1000)
    shown.page.locator("#toast").evaluate("(toast) => (toast.dataset.shown = 'false')")
    shoot(shown, "grid-marks")
    tile_of(shown, "Ana").click()
    expect_main(shown, "Ana")
    shoot(shown, "pinned")
    keep(shown, "speaker.jpg")
    ana.button("Share screen").click()
    screen = tile_of(shown, "Ana’s screen")
    expect(screen).to_have_attribute("data-video", "on", timeout=PATIENCE * 1000)
    # What was pinned stays until a person chooses otherwise.
    expect_main(shown, "Ana")
    screen.click()
    expect_main(shown, "Ana’s screen")
    shown.page.mouse.move(2, 2)
    shoot(shown, "screen")
    keep(shown, "screen.jpg")
    keep_together(shown, artifacts, ("grid-marks-phone", "pinned-phone", "screen-phone"), "phones.jpg")
    shown.button("Chat").click()
    for size in ((1280, 800), (1000, 700), (768, 1024), (768, 500)):
        shown.page.set_viewport_size({"width": size[0], "height": size[1]})
        expect_faultless(shown, f"chat beside on {size}")


def test_menu_and_dialogs_fit_in_every_size(server, room, shoot):
    person, _ = named(room, server.url, "Me"), named(room, server.url, "Ana")
    person.expect_pictures(1)
    person.page.emulate_media(reduced_motion="reduce")
    person.button("More").click()
    expect(person.page.locator("#more")).to_be_visible()
    shoot(person, "menu")
    person.page.keyboard.press("Escape")
    for key, name in (("?", "help"), ("d", "settings")):
        person.page.keyboard.press(key)
        expect(person.page.locator(f"#{name}")).to_be_visible()
        shoot(person, name)
        person.page.keyboard.press("Escape")


def test_the_speaker_is_large_and_stays_when_silent(server, room):
    watcher, ana, ben = (named(room, server.url, name, WITH_VOICE) for name in ("Me", "Ana", "Ben"))
    watcher.expect_pictures(2)
    choose(watcher, "Speaker")
    ben.page.evaluate("voice.speak()")
    expect_main(watcher, "Ben")
    ben.page.evaluate("voice.hush()")
    expect(tile_of(watcher, "Ben")).to_have_attribute("data-speaking", "false", timeout=PATIENCE * 1000)
    expect_main(watcher, "Ben")
    ana.page.evaluate("voice.speak()")
    expect_main(watcher, "Ana")
    choose(watcher, "Grid")
    expect(watcher.page.locator('.tile[data-main="true"]')).to_have_count(0)


def test_pinning_by_mouse_and_by_keyboard(server, room):
    watcher, *_ = [named(room, server.url, name) for name in ("Me", "Ana", "Ben")]
    watcher.expect_pictures(2)
    page = watcher.page
    tile_of(watcher, "Ana").click()
    expect_main(watcher, "Ana")
    tile_of(watcher, "Ana").click()
    expect(page.locator('.tile[data-main="true"]')).to_have_count(0)
    pin = watcher.button("Show Ben large")
    pin.focus()
    expect(tile_of(watcher, "Ben").locator(".tools")).to_have_css("opacity", "1")
    page.keyboard.press("Enter")
    expect_main(watcher, "Ben")
    expect(pin).to_have_attribute("aria-pressed", "true")
    expect(pin).to_be_focused()
    page.keyboard.press("1")
    expect_main(watcher, "Ana")
    page.keyboard.press("0")
    expect(page.locator('.tile[data-main="true"]')).to_have_count(0)
    page.keyboard.press("l")
    expect(page.locator('.tile[data-main="true"]')).to_have_count(1)


def test_a_picture_in_a_window_of_its_own(server, room):
    watcher, ana = named(room, server.url, "Me"), named(room, server.url, "Ana")
    watcher.expect_pictures(1)
    is_apart = "document.pictureInPictureElement === document.querySelector('.tile video')"
    watcher.button("Show Ana in a small window").click()
    watcher.until(lambda: watcher.page.evaluate(is_apart), "a small window")
    watcher.button("Show Ana in a small window").click()
    watcher.until(lambda: watcher.page.evaluate("document.pictureInPictureElement === null"), "the window closes")
    watcher.button("Show Ana in a small window").click()
    watcher.until(lambda: watcher.page.evaluate(is_apart), "a small window")
    ana.leave()
    watcher.until(lambda: watcher.page.evaluate("document.pictureInPictureElement === null"), "it goes with the person")


def test_full_screen(server, room):
    person = named(room, server.url, "Me")
    person.expect_status("waiting")
    is_full = "document.fullscreenElement === document.documentElement"
    choose(person, "Full screen")
    person.until(lambda: person.page.evaluate(is_full), "full screen")
    person.button("More").click()
    expect(person.button("Full screen")).to_have_attribute("aria-pressed", "true")
    person.page.keyboard.press("Escape")
    person.page.keyboard.press("f")
    person.until(lambda: not person.page.evaluate(is_full), "no full screen")
    person.page.keyboard.press("f")
    person.until(lambda: person.page.evaluate(is_full), "full screen")
    person.leave()
    person.until(lambda: not person.page.evaluate(is_full), "it ends with the call")


def test_with_less_motion_pictures_are_in_their_place_at_once(server, room):
    watcher = room.enter(server.url)
    watcher.page.emulate_media(reduced_motion="reduce")
    watcher.join()
    for name in ("Ana", "Ben"):
        named(room, server.url, name)
    watcher.expect_pictures(2)
    running = watcher.page.evaluate("""() => {
      document.querySelector('.tile').click();
      return document.getAnimations().filter((each) => each.effect.getTiming().duration > 1).length;
    }""")
    assert running == 0
