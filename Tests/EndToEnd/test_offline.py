# SPDX-License-Identifier: Apache-2.0
"""The app opens without a network, and never keeps an old version when there is one."""

import shutil

import pytest
from playwright.sync_api import expect

from support.server import WEB_ROOT


@pytest.fixture
def web_root(tmp_path):
    return shutil.copytree(WEB_ROOT, tmp_path / "web")


def test_offline_reload_shows_the_app(server, room):
    person = room.enter(server.url)
    wait_for_service_worker(person)
    server.stop()
    person.page.reload()
    expect(person.join_button).to_be_visible()
    expect(person.page.get_by_role("heading", name="Video Call")).to_be_visible()
    # The style came from the cache as well.
    assert person.page.evaluate("document.styleSheets[0].cssRules.length") > 10
    person.page.goto(f"{server.url}?room=another")
    expect(person.page.locator("#room-name")).to_have_text("another")
    # Back online, a call works in the page that was opened offline.
    person.join()
    server.start()
    person.expect_status("waiting")


def test_a_changed_file_is_what_the_next_load_shows(start_server, web_root, room):
    server = start_server("--dev", web_root=web_root)
    person = room.enter(server.url)
    wait_for_service_worker(person)
    change(web_root / "index.html", "Face to face in one tap.", "The second version.")
    change(web_root / "app.js", 'const OFFLINE_NOTICE', 'document.title = "second script";\nconst OFFLINE_NOTICE')
    person.page.reload()
    expect(person.page.locator(".promise")).to_contain_text("The second version.")
    expect(person.page).to_have_title("second script")
    # What was loaded last is also what is there offline.
    server.stop()
    person.page.reload()
    expect(person.page.locator(".promise")).to_contain_text("The second version.")
    expect(person.page).to_have_title("second script")


def wait_for_service_worker(person):
    person.page.evaluate("navigator.serviceWorker.ready.then(() => null)")


def change(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
