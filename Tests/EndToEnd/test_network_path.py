# SPDX-License-Identifier: Apache-2.0
"""The call says which way everything goes, and where to turn when nothing gets through."""

import re
from pathlib import Path

from playwright.sync_api import expect

import support
from support.network import proxied_port, proxy_for, start_named_server
from support.waiting import PATIENCE
from test_check import DRAWN
from test_layouts import VIEWPORTS, faults, show_on
from test_together import named

SMALL_CAMERA = Path(support.__file__).with_name("small-camera.js")
ASTRAY = Path(support.__file__).with_name("astray.js")


def open_path(person):
    person.button("More").click()
    person.button("Network path").click()
    return person.page.get_by_role("dialog", name="Network path")


def row(person, name):
    return person.page.locator(".path").filter(has=person.page.get_by_role("heading", name=name, exact=True))


def test_a_call_proves_that_everything_goes_through_the_one_port(server, room):
    ana, ben, zoe = (named(room, server.url, name) for name in ("Ana", "Ben", "Zoë"))
    for person in (ana, ben, zoe):
        person.expect_pictures(2)
    dialog = open_path(ana)
    verdict = dialog.locator("#path-verdict")
    expect(verdict).to_have_text(f"Everything goes through port {server.port}.")
    expect(verdict).to_have_attribute("role", "status")
    expect(dialog.get_by_role("heading", level=3)).to_have_text(["Page and signaling", "Ben", "Zoë"])
    expect(row(ana, "Ben")).to_contain_text(f"To the relay localhost, port {server.port}")
    expect(row(ana, "Ben").locator('[data-fact="protocol"]')).to_have_text("TURN over TLS")
    expect(row(ana, "Ben").locator('[data-fact="remote"]')).to_have_text("Relay", timeout=PATIENCE * 1000)
    # It goes on while it is open.
    received = row(ana, "Ben").locator('[data-fact="received"]')
    before = received.text_content()
    assert re.fullmatch(r"[\d.]+ [kM]B", before)
    expect(received).not_to_have_text(before)
    zoe.leave()
    expect(row(ana, "Zoë")).to_have_count(0)
    ben.leave()
    expect(verdict).to_have_text("No media connection yet.")


def test_what_goes_another_way_is_named(server, room):
    ana = named(room, server.url, "Ana", scripts=(SMALL_CAMERA, ASTRAY))
    ben = named(room, server.url, "Ben")
    for person in (ana, ben):
        person.expect_pictures(1)
    dialog = open_path(ana)
    expect(dialog.locator("#path-verdict")).to_have_text(
        f"Not everything goes through port {server.port}: the connection to Ben does not."
    )
    expect(row(ana, "Ben")).to_have_attribute("data-state", "bad")
    expect(row(ana, "Ben")).to_contain_text("To the relay turn.test, port 3478")
    expect(row(ana, "Ben").locator('[data-fact="protocol"]')).to_have_text("TURN over UDP")


def test_by_keyboard(server, room):
    ana = named(room, server.url, "Ana")
    ana.expect_status("waiting")
    ana.button("More").focus()
    press = ana.page.keyboard.press
    press("Enter")
    for _ in range(12):
        if ana.page.evaluate("document.activeElement.id") == "open-path":
            break
        press("Tab")
    press("Enter")
    dialog = ana.page.get_by_role("dialog", name="Network path")
    expect(dialog).to_be_visible()
    expect(ana.button("Close network path")).to_be_focused()
    press("Escape")
    expect(dialog).to_be_hidden()
    expect(ana.button("More")).to_be_focused()


def test_it_fits_on_phones_and_desktops(server, room, artifacts):
    ana = named(room, server.url, "Ana")
    ben = named(room, server.url, "Maximiliane von und zu Hohenlohe-Langenburg")
    for person in (ana, ben):
        person.expect_pictures(1)
    dialog = open_path(ana)
    expect(dialog.locator('[data-fact="remote"]:visible')).to_have_text("Relay", timeout=PATIENCE * 1000)
    for size in ("phone-small", "phone", "phone-side", "desktop"):
        show_on(ana, size)
        ana.until(lambda: not faults(ana), lambda: f"{size}: {faults(ana)}", timeout=10)
        assert dialog.evaluate("dialog => dialog.scrollWidth <= dialog.clientWidth"), size
        for scheme in ("dark", "light"):
            ana.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            ana.page.evaluate(DRAWN)
            ana.page.screenshot(path=artifacts / f"path-{scheme}-{VIEWPORTS[size][0]}.png")


def test_a_call_that_does_not_come_about_leads_to_the_check(start_server, authority, start_proxy, room):
    port = proxied_port("turn.test")
    hosts = ("call.test", "turn.test")
    server = start_named_server(start_server, authority, *hosts, [(host,) for host in hosts], port)
    ana = named(room, server.url, "Ana")
    named(room, server.url, "Ben")
    hint = ana.page.locator("#trouble")
    expect(hint).to_be_visible(timeout=PATIENCE * 1000)
    expect(ana.page.locator("#announcer")).to_contain_text("Check the network")
    with ana.context.expect_page() as opened:
        hint.get_by_role("link", name="Check the network").click()
    expect(opened.value).to_have_title(re.compile("Connection check"))
    opened.value.close()
    proxy_for(start_proxy, "turn.test", server)
    ana.expect_status("connected")
    expect(hint).to_be_hidden()
