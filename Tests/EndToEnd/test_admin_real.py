# SPDX-License-Identifier: Apache-2.0
"""The page /admin with the real server behind it."""

import re

import pytest
from playwright.sync_api import expect

from support import stun
from support.admin_fake import TOKEN
from support.admin_page import AdminPage
from support.browser import VIEWPORT
from support.waiting import PATIENCE
from test_offline import wait_for_service_worker

UNTIL_THEN = {"timeout": PATIENCE * 1000}


@pytest.fixture
def real(start_server, tmp_path):
    """A server with an admin token, and a user of its relay."""
    token_file = tmp_path / "admin-token"
    token_file.write_text(f"{TOKEN}\n")
    token_file.chmod(0o600)
    return start_server("--dev", "--user", "alice:wonder", "--admin-token-file", token_file)


@pytest.fixture
def real_admin(browser, real):
    context = browser.new_context(viewport=VIEWPORT)
    admin = AdminPage(context, real.url)
    yield admin
    context.close()
    assert admin.errors == []


def test_a_real_server_is_shown_and_a_session_is_ended(real, real_admin, tls_to):
    expect(real_admin.token_field).to_be_focused()
    real_admin.sign_in("a-token-that-is-not-the-one-of-it")
    expect(real_admin.problem).to_contain_text("The server does not accept this token.")
    real_admin.enter(TOKEN)
    expect(real_admin.state).to_have_text("Serving")
    expect(real_admin.page.locator("#about")).to_have_text(re.compile(r"Version \S+, up \d+ s"))
    expect(real_admin.page.get_by_role("list", name="Certificates")).to_contain_text("days left")
    expect(real_admin.chart("Traffic")).to_contain_text("From clients 0 bit/s", **UNTIL_THEN)
    with tls_to(real) as client:
        assert allocate(client, b"alice", b"wonder") == stun.ALLOCATE | stun.SUCCESS
        expect(real_admin.sessions).to_have_count(1, **UNTIL_THEN)
        assert real_admin.column("user")[0].split()[0] == "alice"
        assert real_admin.column("transport") == ["TLS"]
        real_admin.page.get_by_role("button", name=re.compile("End the session of alice from 127.0.0.1:")).click()
        real_admin.button("End session").click()
        expect(real_admin.notice).to_have_text("1 session ended.")
        assert client.read_to_end() is not None
    expect(real_admin.sessions).to_have_count(0, **UNTIL_THEN)


def test_a_real_room_is_ended_and_the_server_drained(real, real_admin, room):
    real_admin.enter(TOKEN)
    person = room.enter(f"{real.url}r/standup")
    person.page.get_by_label("Your name").fill("Ana")
    person.join()
    person.expect_status("waiting")
    expect(real_admin.rooms).to_contain_text(["standup"], **UNTIL_THEN)
    expect(real_admin.rooms).to_contain_text(["Ana"])
    real_admin.button("End room standup").click()
    real_admin.dialog.get_by_role("button", name="End room").click()
    expect(real_admin.rooms).to_have_count(0, **UNTIL_THEN)
    expect(person.join_button).to_be_visible(**UNTIL_THEN)
    real_admin.button("Drain…").click()
    real_admin.button("Drain").click()
    expect(real_admin.state).to_have_text("Draining", **UNTIL_THEN)
    real_admin.button("Take back…").click()
    real_admin.button("Take back").click()
    expect(real_admin.state).to_have_text("Serving", **UNTIL_THEN)
    real_admin.page.get_by_label("Level").select_option("warning")
    real_admin.button("Set level").click()
    expect(real_admin.page.locator("#log-hint")).to_contain_text("logs warning and above", **UNTIL_THEN)


def allocate(client, user, password):
    """The type of the answer."""
    client.send(stun.message(stun.ALLOCATE, (stun.REQUESTED_TRANSPORT, stun.UDP)))
    _, challenge = stun.read_message(client)
    client.send(stun.allocate(user, challenge[stun.REALM], challenge[stun.NONCE], password))
    return stun.read_message(client)[0]


def test_the_app_keeps_nothing_of_it(server, room):
    person = room.enter(server.url)
    wait_for_service_worker(person)
    person.page.reload()
    kept = person.page.evaluate("""
      caches.open("videocall-shell").then((cache) => cache.keys()).then((all) => all.map(({ url }) => url))
    """)
    assert len(kept) > 50
    assert [url for url in kept if "/admin" in url] == []
    server.stop()
    with pytest.raises(Exception, match="ERR_CONNECTION_REFUSED"):
        person.page.goto(f"{server.url}admin")
    server.start()
