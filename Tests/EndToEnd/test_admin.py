# SPDX-License-Identifier: Apache-2.0
"""The page /admin: what it shows and does by the admin API, with a server that is played."""

import re

import pytest
from playwright.sync_api import expect

from support.admin_fake import TOKEN, AdminFake, full_status, session
from support.admin_page import AdminPage
from support.browser import VIEWPORT
from support.server import WEB_ROOT, Server, free_port

HIDE = """hidden => {
  Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


@pytest.fixture(scope="module")
def web(tmp_path_factory, data_home):
    """The real server, for the files and their headers."""
    directory = tmp_path_factory.mktemp("admin-web")
    server = Server(directory, data_home, free_port(), ["--dev", "--web-root", WEB_ROOT]).start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def page_headers(web, tls_to):
    with tls_to(web) as client:
        client.send(b"HEAD / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        lines = client.read_to_end().decode().split("\r\n")[1:]
    headers = dict(line.lower().split(": ", 1) for line in lines if ": " in line)
    assert "script-src 'self'" in headers["content-security-policy"]
    return {name: headers[name] for name in headers if name not in ("content-length", "content-encoding", "connection")}


@pytest.fixture
def fake():
    return AdminFake()


@pytest.fixture
def open_admin(browser, web, page_headers, fake):
    opened = []

    def open_page(is_still=True):
        context = browser.new_context(viewport=VIEWPORT)
        if is_still:
            # Time passes when a test says so.
            context.clock.install(time=fake.now - 1)
            context.clock.pause_at(fake.now)
        fake.attach(context, web.url, page_headers)
        opened.append(AdminPage(context, web.url))
        return opened[-1]

    yield open_page
    errors = [error for each in opened for error in each.errors]
    for each in opened:
        each.context.close()
    assert errors == []


@pytest.fixture
def admin(open_admin):
    return open_admin().enter(TOKEN)


def test_signing_in_and_out(open_admin, fake):
    admin = open_admin()
    expect(admin.token_field).to_be_focused()
    assert admin.token_field.get_attribute("type") == "password"
    assert fake.requests == []
    admin.button("Sign in").click()
    expect(admin.problem).to_have_text("Type the token first.")
    admin.sign_in("two words")
    expect(admin.problem).to_contain_text("has no spaces")
    assert fake.requests == []
    admin.sign_in("wrong" * 8)
    expect(admin.problem).to_contain_text("The server does not accept this token.")
    expect(admin.token_field).to_be_focused()
    assert len(fake.requests) == 1
    admin.sign_in(f" {TOKEN} ")
    expect(admin.state).to_have_text("Serving")
    expect(admin.token_field).to_be_hidden()
    # For this tab and over a reload, and nowhere else.
    kept = admin.page.evaluate("[Object.values({ ...sessionStorage }), localStorage.length, document.cookie]")
    assert kept == [[TOKEN], 0, ""]
    admin.page.reload()
    expect(admin.state).to_have_text("Serving")
    assert [address for address in admin.addresses if TOKEN in address] == []
    assert TOKEN not in admin.page.content()
    admin.button("Sign out").click()
    expect(admin.token_field).to_be_focused()
    expect(admin.state).to_be_hidden()
    assert admin.page.evaluate("sessionStorage.length") == 0
    assert admin.token_field.input_value() == ""


def test_a_token_that_the_server_has_no_more_is_asked_for_again(admin, fake):
    fake.token = "another-token-of-enough-characters"
    admin.page.reload()
    expect(admin.problem).to_contain_text("The server does not accept this token.")
    assert admin.page.evaluate("sessionStorage.length") == 0
    admin.enter(fake.token)


def test_signing_in_says_why_it_does_not_work(open_admin, fake):
    admin = open_admin()
    for trouble, sentence in (
        ("offline", "The server does not answer. Check the network"),
        (404, "The server has no admin API: it needs --admin-token-file."),
        (429, "too many wrong tokens from this address. Wait a minute"),
        (503, "Not now. Try again in a moment."),
    ):
        fake.trouble = trouble
        admin.sign_in(TOKEN)
        expect(admin.problem).to_contain_text(sentence)
        expect(admin.button("Sign in")).to_be_visible()
    fake.trouble = None
    admin.enter(TOKEN)


def test_the_state_at_a_glance(admin, fake):
    expect(admin.page.locator("#about")).to_have_text("Version 0.4.0, up 3 days 2 h")
    certificates = admin.page.get_by_role("list", name="Certificates").get_by_role("listitem")
    expect(certificates).to_have_text(["call.example.com 62 days left", "turn.example.com 9 days left"])
    expect(certificates.nth(0)).to_have_attribute("data-state", "good")
    expect(certificates.nth(1)).to_have_attribute("data-state", "soon")
    expect(admin.tile("Memory")).to_have_text("61 MB")
    expect(admin.tile("Sessions by transport")).to_have_text("udp\u00a00, tcp\u00a01, tls\u00a02")
    expect(admin.tile("Event loop delay, p99")).to_have_text("2.1 ms")


def test_charts_live_from_differences_and_say_what_they_show(admin, fake):
    picture = admin.chart("Traffic").get_by_role("img")
    unknown = re.compile("From clients: not known yet. To clients: not known yet.")
    expect(picture).to_have_attribute("aria-label", unknown)
    fake.status["drops"]["queue_age"] += 10
    fake.status["cpuSeconds"] += 1
    admin.pass_time()
    expect(admin.chart("Traffic")).to_contain_text("From clients 8.0 Mbit/s")
    expect(admin.chart("Traffic")).to_contain_text("To clients 4.0 Mbit/s")
    expect(admin.chart("Sessions")).to_contain_text("3")
    expect(admin.tile("CPU, of one core")).to_have_text("50 %")
    expect(admin.tile("Drops by reason")).to_have_text("queue_age\u00a05.0/s")
    fake.traffic = (250_000, 500_000)
    admin.pass_time()
    label = (
        "Traffic in the last 10 minutes. From clients: 2.0 Mbit/s now, between 2.0 Mbit/s and 8.0 Mbit/s. "
        "To clients: 4.0 Mbit/s now, always 4.0 Mbit/s."
    )
    expect(picture).to_have_attribute("aria-label", label)
    expect(admin.tile("Drops by reason")).to_have_text("none")
    assert admin.chart("Traffic").locator("path.line").first.get_attribute("d").count("L") == 1


def test_a_restart_makes_no_negative_numbers(admin, fake):
    admin.pass_time()
    expect(admin.chart("Traffic")).to_contain_text("8.0 Mbit/s")
    new = {"startedAt": fake.now, "version": "0.5.0", "cpuSeconds": 0, "bytes": {"fromClients": 0, "toClients": 0}}
    fake.status = {**full_status(fake.now), **new}
    admin.pass_time()
    expect(admin.page.locator("#about")).to_contain_text("Version 0.5.0")
    expect(admin.chart("Traffic")).to_contain_text("From clients –")
    admin.pass_time()
    expect(admin.chart("Traffic")).to_contain_text("From clients 8.0 Mbit/s")
    paths = admin.page.locator("path.line").evaluate_all("all => all.map((path) => path.getAttribute('d'))")
    assert len(paths) == 6 and "-" not in "".join(paths)


def test_sessions_are_sorted_and_found(admin, fake):
    for each, more in zip(fake.sessions, (100_000, 300_000, 200_000)):
        each["bytesFromClient"] += more
    admin.pass_time()
    expect(admin.sessions).to_have_count(3)
    expect(admin.sessions.nth(0)).to_contain_text("ben")
    assert [text.split() for text in admin.column("user")] == [
        ["m2-ben", "Ben", "in", "standup"], ["zoë", "call.example.com"], ["m1-ana", "Ana", "in", "standup"],
    ]
    assert admin.column("transport") == ["TLS", "TCP", "TLS"]
    expect(admin.page.locator("#sessions-part")).to_have_text("3 of 3 shown")
    admin.button("Age").click()
    expect(admin.page.get_by_role("columnheader", name="Age")).to_have_attribute("aria-sort", "descending")
    assert admin.column("age") == ["3 min", "2 min", "1 min"]
    admin.until(lambda: fake.asked_for("sessions")[-1] == "sessions?limit=100&sort=age", "the oldest are asked for")
    admin.button("Age").click()
    assert admin.column("age") == ["1 min", "2 min", "3 min"]
    admin.page.get_by_label("Filter by user or address").fill("192.0.2.1")
    expect(admin.sessions).to_have_count(1)
    expect(admin.sessions).to_contain_text("ben")
    expect(admin.page.locator("#sessions-part")).to_have_text("1 of 3 shown")
    admin.page.get_by_label("Filter by user or address").fill("nobody")
    expect(admin.page.get_by_text("No session matches.")).to_be_visible()


def test_more_sessions_than_are_shown(admin, fake):
    fake.sessions = [session(number, fake.now) for number in range(130)]
    admin.pass_time()
    expect(admin.page.locator("#sessions-part")).to_have_text("100 of 130 shown")
    admin.button("Show more").click()
    expect(admin.page.locator("#sessions-part")).to_have_text("130 of 130 shown")
    assert fake.asked_for("sessions")[-1] == "sessions?limit=1000&sort=rate"
    expect(admin.button("Show more")).to_be_hidden()
    fake.sessions = []
    admin.pass_time()
    expect(admin.page.get_by_text("No sessions.")).to_be_visible()


def test_rows_stay_where_they_are_under_the_pointer(admin, fake):
    before = admin.column("user")
    admin.sessions.nth(2).hover()
    for each, more in zip(fake.sessions, (0, 0, 900_000)):
        each["bytesFromClient"] += more
    admin.pass_time()
    expect(admin.sessions.nth(2)).to_contain_text("3.6 Mbit/s")
    assert admin.column("user") == before
    admin.page.mouse.move(5, 5)
    fake.sessions[2]["bytesFromClient"] += 900_000
    admin.pass_time()
    expect(admin.sessions.nth(0)).to_contain_text("zoë")


def test_a_session_is_ended_after_a_question(admin, fake):
    end = admin.page.get_by_role("button", name="End the session of m2-ben from 192.0.2.1:50001")
    end.click()
    expect(admin.dialog).to_have_accessible_name("End this session?")
    expect(admin.dialog).to_have_accessible_description(re.compile("m2-ben from 192.0.2.1:50001 ends at once"))
    expect(admin.button("Cancel")).to_be_focused()
    admin.button("Cancel").click()
    expect(admin.dialog).to_be_hidden()
    expect(end).to_be_focused()
    end.click()
    admin.page.keyboard.press("Escape")
    assert fake.asked("POST") == []
    end.click()
    fake.refusal = "There is no such session: it may have ended by itself."
    admin.button("End session").click()
    expect(admin.dialog.get_by_role("alert")).to_have_text(fake.refusal)
    fake.refusal = None
    admin.button("End session").click()
    expect(admin.dialog).to_be_hidden()
    expect(admin.notice).to_have_text("1 session ended.")
    expect(admin.sessions).to_have_count(2)
    assert fake.asked("POST")[-1] == ("kick", {"session": "session-1"})
    # The button is gone: whoever uses a keyboard is at the list.
    expect(admin.page.get_by_role("heading", name="Sessions", level=2)).to_be_focused()
    admin.pass_time(10_000)
    expect(admin.notice).to_be_empty()


def test_rooms_and_people_are_ended_after_a_question(admin, fake):
    standup = admin.rooms.filter(has_text="standup")
    expect(standup).to_contain_text("2 people, locked, PIN, 1\u00a0waiting")
    people = [re.compile(r"Ana\s+192.0.2.0, for 6 min"), re.compile(r"Ben\s+reconnecting, 192")]
    expect(standup.get_by_role("listitem")).to_have_text(people)
    admin.button("Take Ana out of standup").click()
    expect(admin.dialog).to_contain_text("The call ends at once for Ana in “standup”; for the others it goes on.")
    admin.button("Take out").click()
    expect(standup.get_by_role("listitem")).to_have_count(1)
    assert fake.asked("POST")[-1] == ("kick", {"member": "m1-ana"})
    admin.button("End room standup").click()
    expect(admin.dialog).to_contain_text("1 person in it, and 1 person at its door.")
    admin.dialog.get_by_role("button", name="End room").click()
    expect(admin.rooms).to_have_count(1)
    assert fake.asked("POST")[-1] == ("kick", {"room": "standup"})
    expect(admin.page.locator("#rooms-part")).to_have_text("1 of 1 shown")


def test_draining_and_taking_back(admin, fake):
    admin.button("Drain…").click()
    expect(admin.dialog).to_contain_text("Calls and sessions that are there go on.")
    admin.button("Drain").click()
    expect(admin.state).to_have_text("Draining")
    expect(admin.button("Take back…")).to_be_focused()
    assert fake.asked("POST") == [("drain", {})]
    admin.button("Take back…").click()
    admin.button("Take back").click()
    expect(admin.state).to_have_text("Serving")
    assert fake.asked("POST")[-1] == ("drain", {"state": "serving"})
    expect(admin.notice).to_have_text("The server is back in service.")


def test_the_log_level_is_set(admin, fake):
    level = admin.page.get_by_label("Level")
    expect(level).to_have_value("info")
    level.select_option("debug")
    admin.pass_time()
    expect(admin.page.locator("#log-hint")).to_contain_text("logs info and above")
    # Nobody's choice is taken away while it is made.
    expect(level).to_have_value("debug")
    admin.button("Set level").click()
    expect(admin.notice).to_have_text("The server logs debug and above now.")
    assert fake.asked("PUT") == [("loglevel", {"level": "debug"})]
    expect(admin.page.locator("#log-hint")).to_contain_text("logs debug and above")
    fake.refusal = "The level is not known."
    admin.button("Set level").click()
    expect(admin.notice).to_have_text(fake.refusal)


@pytest.mark.parametrize(("trouble", "sentence"), [
    ("offline", "The server does not answer."),
    (503, "The server cannot answer now (503)."),
    (401, "The server does not accept this token."),
])
def test_trouble_is_said_and_goes_by_itself(admin, fake, trouble, sentence):
    shown = admin.page.evaluate("new Date().toTimeString().slice(0, 5)")
    fake.trouble = trouble
    admin.pass_time()
    expect(admin.trouble).to_contain_text(f"{sentence} What is shown is from {shown}:")
    # What was there is still to be seen.
    expect(admin.state).to_have_text("Serving")
    expect(admin.sessions).to_have_count(3)
    said = admin.trouble.text_content()
    asked = len(fake.requests)
    admin.pass_time_until(lambda: len(fake.requests) > asked, "it is tried again")
    assert admin.trouble.text_content() == said
    fake.trouble = None
    admin.pass_time_until(lambda: admin.trouble.text_content() == "", "it works again")


def test_nothing_is_asked_while_nobody_looks(admin, fake):
    admin.page.evaluate(HIDE, True)
    asked = len(fake.requests)
    admin.pass_time(60_000)
    assert len(fake.requests) == asked
    admin.page.evaluate(HIDE, False)
    expect(admin.trouble).to_be_empty()
    admin.pass_time()
    expect(admin.chart("Traffic")).to_contain_text("8.0 Mbit/s")
    # The time between is a gap.
    assert admin.chart("Sessions").locator("path.line").get_attribute("d").count("M") == 2
