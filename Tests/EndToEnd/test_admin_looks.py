# SPDX-License-Identifier: Apache-2.0
"""How the page /admin looks and sounds: on every screen, with odd data, by keyboard and to who does not see it."""

import os
from pathlib import Path

from playwright.sync_api import expect

from support.admin_fake import TOKEN, full_status
from support.waiting import PATIENCE, SETTLED
from test_accessibility import violations  # noqa: F401 (a fixture)
from test_admin import admin, fake, open_admin, page_headers, web  # noqa: F401 (fixtures)

SIZES = {"small phone": (320, 640), "phone": (390, 844), "tablet": (820, 1180), "desktop": (1280, 800)}
UNTIL_THEN = {"timeout": PATIENCE * 1000}
FOCUSED = "document.activeElement.ariaLabel || document.activeElement.textContent.trim()"
MARKUP = "<img src=x onerror=alert(1)><b>bold</b>"


def test_odd_data_is_text_and_breaks_nothing(admin, fake):
    long = "x" * 20_000
    odd = {
        "id": "odd", "user": MARKUP, "realm": long, "client": {"a": 1}, "relayed": "none", "startedAt": "yesterday",
        "bytesFromClient": -5,
    }  # fmt: skip
    fake.sessions = [odd, odd, {}, None, 7, {"id": long, "user": long, "client": long, "relayed": [long, 5, None]}]
    odd_room = {"name": MARKUP, "members": [{"id": "a", "name": long}, {"name": MARKUP}, None]}
    fake.rooms = [odd_room, {}, "room", {"name": long}]
    admin.pass_time()
    expect(admin.sessions).to_have_count(6)
    expect(admin.rooms).to_have_count(4)
    expect(admin.sessions.filter(has_text=MARKUP)).to_have_count(2)
    assert admin.page.locator("#signed-in :is(b:not(.chart-now b), img)").count() == 0
    odd_lists = {"certificates": [None, {"name": MARKUP}], "drops": {MARKUP: 3, "y": None}, "allocations": [1]}
    for status in ({}, {"version": "odd", **odd_lists}, {"state": "on fire", "version": long}):
        fake.status = status
        admin.pass_time()
        expect(admin.page.locator("#about")).to_contain_text(status.get("version", "")[:100])
        expect(admin.state).to_have_text("State not known")
    for status in ([], None, "<html>"):
        fake.status = status
        looks = len(fake.asked_for("status"))
        # The second is asked for when the first has been read.
        admin.pass_time_until(lambda: len(fake.asked_for("status")) >= looks + 2, "it is asked again and again")
        expect(admin.trouble).to_contain_text("no answer of an admin API")
    fake.status = full_status(fake.now)
    admin.pass_time_until(lambda: admin.trouble.text_content() == "", "it works again")
    fits(admin, "odd", None)


def test_it_fits_on_phones_and_desktops(admin, fake, artifacts):
    live_a_while(admin, fake)
    fits(admin, "admin", artifacts)
    if directory := os.environ.get("SWIFTTURN_LAYOUTS"):
        # Of docs/admin.md: small, so without what glows.
        without_glow(admin)
        admin.page.locator("#host").evaluate("host => (host.textContent = 'call.example.com')")
        admin.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        admin.page.set_viewport_size({"width": 1060, "height": 1040})
        admin.page.evaluate(SETTLED)
        admin.page.screenshot(path=Path(directory) / "admin.png")


def live_a_while(admin, fake):
    """Ten minutes with something to see."""
    fake.step = 10
    for number in range(40):
        wave = abs((number % 20) - 10) / 10
        sent, received = 9e5 + 7e5 * wave + 4e4 * (number * 7 % 5), 8e5 + 6e5 * wave + 5e4 * (number * 3 % 4)
        fake.traffic = (int(sent), int(received))
        fake.status["members"] = 3 + number // 12
        fake.status["allocations"]["tls"] = 2 + number // 9
        fake.status["drops"]["queue_age"] += 30 * (number % 11 == 0)
        fake.status["cpuSeconds"] += 0.4
        fake.status["queueDelaySeconds"]["p99"] = 0.004 + 0.012 * wave
        for each in fake.sessions:
            each["bytesFromClient"] += int(3e6 * (1 + wave))
        looks = len(fake.asked_for("rooms"))
        admin.pass_time_until(lambda: len(fake.asked_for("rooms")) > looks, "it looks again", 9900)


def fits(admin, name, artifacts):
    for size, (width, height) in SIZES.items():
        admin.page.set_viewport_size({"width": width, "height": height})
        for scheme in ("dark", "light") if artifacts else ():
            admin.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            shoot(admin, artifacts / f"{name}-{scheme}-{width}.png")
        wide = admin.page.evaluate("""
          [...document.querySelectorAll("body *")]
            .filter((element) => element.checkVisibility() && !element.closest(".spoken, td > *, bdi, svg, thead"))
            .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
            .map((element) => element.outerHTML.slice(0, 80))
        """)
        assert wide == [], size
        small = admin.page.evaluate("""
          [...document.querySelectorAll("button, select, input")].filter((element) => element.checkVisibility())
            .filter((element) => element.getBoundingClientRect().height < 24).map((element) => element.textContent)
        """)
        assert small == [], size


def shoot(admin, path):
    """All of the page, which scrolls inside."""
    size = admin.page.viewport_size
    height = admin.page.evaluate("document.querySelector('.admin-screen').scrollHeight")
    admin.page.set_viewport_size({"width": size["width"], "height": height})
    admin.page.evaluate(SETTLED)
    admin.page.screenshot(path=path)
    admin.page.set_viewport_size(size)


def test_nothing_serious_for_who_does_not_see_it(open_admin, fake, violations):
    # axe-core waits for time to pass.
    admin = open_admin(is_still=False)
    without_glow(admin)
    assert violations(admin, "sign in") == []
    admin.sign_in("wrong")
    expect(admin.problem).not_to_be_empty()
    assert violations(admin, "refused") == []
    admin.enter(TOKEN)
    expect(admin.chart("Traffic")).to_contain_text("8.0 Mbit/s", **UNTIL_THEN)
    assert violations(admin, "overview") == []
    admin.button("Drain…").click()
    assert violations(admin, "question") == []
    admin.button("Drain").click()
    expect(admin.state).to_have_text("Draining")
    fake.trouble = "offline"
    expect(admin.trouble).not_to_be_empty(**UNTIL_THEN)
    for width, height in ((390, 844), (1280, 800)):
        admin.page.set_viewport_size({"width": width, "height": height})
        assert violations(admin, f"trouble {width}") == []


def without_glow(admin):
    """Of letters on a gradient axe-core does not tell the contrast. This one is faint."""
    admin.page.evaluate("document.querySelector('.admin-screen').style.backgroundImage = 'none'")


def test_everything_is_done_by_keyboard(open_admin, fake):
    admin = open_admin()
    press = admin.page.keyboard.press
    admin.page.keyboard.type(TOKEN)
    press("Enter")
    expect(admin.state).to_have_text("Serving")
    expect(admin.page.get_by_role("heading", name="Server")).to_be_focused()
    order = []
    for _ in range(20):
        press("Tab")
        order.append(admin.page.evaluate(FOCUSED))
    assert order[:2] == ["Drain…", "Filter by user or address"]
    assert order[2:10] == ["User", "Over", "Address", "Age", "Traffic", "Total", "Queue", "Drops"]
    assert [name[:18] for name in order[10:13]] == ["End the session of"] * 3
    assert order[13:16] == ["End room standup", "Take Ana out of standup", "Take Ben out of standup"]
    assert order[16:18] == ["End room tea", "Take Zoë out of tea"]
    assert order[19] == "Set level"
    press("Shift+Tab")
    press("Shift+Tab")
    press("Enter")
    expect(admin.dialog).to_contain_text("Zoë")
    press("Tab")
    press("Enter")
    expect(admin.notice).to_have_text("1 call ended.")
    assert fake.asked("POST") == [("kick", {"member": "m3-zoe"})]
