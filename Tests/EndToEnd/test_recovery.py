# SPDX-License-Identifier: Apache-2.0
"""A call survives what networks and servers do."""

import re
import signal
import socket
import time

import pytest
from playwright.sync_api import expect

from support.network import proxied_port, proxy_for, start_named_server
from test_controls import LOST_WITHIN
from test_relay_only import expect_relay_over_tls


BACK_WITHIN = 5
# Longer than the first pauses between two attempts.
INTERRUPTION = 8
# Longer than a page waits for its first connection, on either side.
UNCONNECTED = 18


def test_a_call_comes_back_after_the_server_was_killed(server, room, record):
    people = room.gather(server.url, 2)
    server.kill()
    for person in people:
        person.expect_status("reconnecting")
    server.start()
    started = time.monotonic()
    for person in people:
        person.until(lambda p=person: joins(p) == 2, "a second join", BACK_WITHIN)
    expect_call(people)
    record("call of 2 back after server start, s", round(time.monotonic() - started, 1))
    expect_relay_over_tls(people, f"turns:localhost:{server.port}?transport=tcp")


@pytest.fixture
def listener():
    """A socket that outlives servers, as systemd has it for them."""
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listener:
        yield listener


def test_a_call_moves_to_the_next_server_when_one_stops(listener, start_server, room, record):
    port = listener.getsockname()[1]
    old = start_server("--dev", "--drain-seconds", 60, port=port, listener=listener)
    people = room.gather(old.url, 2)
    start_server("--dev", port=port, listener=listener)
    stopped = time.monotonic()
    old.process.send_signal(signal.SIGTERM)
    for person in people:
        person.until(lambda p=person: joins(p) == 2, "a second join", BACK_WITHIN)
    expect_call(people)
    record("call of 2 back with the next server, s", round(time.monotonic() - stopped, 1))
    assert old.process.wait(30) == 0, "nobody is left there"


def test_a_call_survives_a_restart_of_its_server(listener, start_server, room, record):
    server = start_server("--dev", port=listener.getsockname()[1], listener=listener)
    people = room.gather(server.url, 2)
    server.process.send_signal(signal.SIGTERM)
    for person in people:
        person.expect_status("reconnecting")
        person.expect_media(1)
    assert server.process.wait(30) == 0
    server.start()
    started = time.monotonic()
    for person in people:
        person.until(lambda p=person: joins(p) == 2, "a second join", BACK_WITHIN)
    expect_call(people)
    record("call of 2 back after a restart, s", round(time.monotonic() - started, 1))


@pytest.fixture
def named_server(start_server, authority):
    port = proxied_port("turn.test", "away.test")
    return start_named_server(
        start_server, authority, "call.test", "turn.test", [("call.test", "away.test"), ("turn.test",)], port
    )


def test_a_call_comes_back_after_its_turn_connections_were_cut(named_server, start_proxy, room, record):
    turn = proxy_for(start_proxy, "turn.test", named_server)
    people = room.gather(named_server.url, 2)
    before = [person.peers() for person in people]
    assert turn.cut() >= 2
    cut = time.monotonic()
    for person in people:
        person.until(lambda p=person: "reconnecting" in p.history(), "a tile shows that its connection is lost")
    for person in people:
        person.expect_pictures(1)
        person.expect_media(1)
    record("call of 2 back after its TURN connections were cut, s", round(time.monotonic() - cut, 1))
    assert [person.peers() for person in people] == before, "signaling went on"
    assert [joins(person) for person in people] == [1, 1]
    expect_relay_over_tls(people, f"turns:turn.test:{named_server.port}?transport=tcp")


def test_a_call_begins_when_turn_is_there_at_last(named_server, start_proxy, room):
    turn = proxy_for(start_proxy, "turn.test", named_server)
    turn.freeze()
    people = [room.enter(named_server.url) for _ in range(2)]
    for person in people:
        person.join()
    # Both have given up on their first connection by then.
    until_both_began_anew = time.monotonic() + UNCONNECTED
    people[0].until(lambda: time.monotonic() > until_both_began_anew, "time passes", 2 * UNCONNECTED)
    turn.thaw()
    expect_call(people)


def test_a_call_outlives_the_credentials_that_it_began_with(start_server, authority, start_proxy, room):
    port = proxied_port("turn.test")
    server = start_named_server(
        start_server, authority, "call.test", "turn.test", [("call.test",), ("turn.test",)], port,
        options=("--credential-lifetime", 60),
    )
    turn = proxy_for(start_proxy, "turn.test", server)
    people = room.gather(server.url, 2)
    expiry = max(expiries(person)[0] for person in people)
    people[0].until(lambda: time.time() > expiry, "the first credentials have expired", 90)
    for person in people:
        person.expect_media(1)
        assert expiries(person)[-1] > time.time(), "there are others before those end"
    turn.cut()
    for person in people:
        person.until(lambda p=person: "reconnecting" in p.history(), "a tile shows that its connection is lost")
    expect_call(people)
    assert [joins(person) for person in people] == [1, 1]


def expiries(person):
    """When the credentials expire that a person was given, one after the other."""
    granted = [server for message in person.received for server in message.get("iceServers", ())]
    return [int(server["username"].split(":")[0]) for server in granted if "username" in server]


def test_who_loses_the_network_is_gone_for_the_others_and_comes_back(named_server, start_proxy, room):
    ways = [proxy_for(start_proxy, name, named_server) for name in ("away.test", "turn.test")]
    stays = room.enter(named_server.url)
    away = room.enter(f"https://away.test:{named_server.port}/")
    people = [stays, away]
    for person in people:
        person.join()
    expect_call(people)
    for way in ways:
        way.freeze()
    stays.expect_remotes(0, LOST_WITHIN + 15)
    away.expect_status("reconnecting")
    for way in ways:
        way.thaw()
    expect_call(people)
    assert [kinds(away.received).count(kind) for kind in ("resumed", "joined")] == [0, 2]


@pytest.fixture
def call(named_server, start_proxy, room):
    """Two in a call: who stays, and who has a network of its own, for the app and for TURN."""
    signaling, turn = (proxy_for(start_proxy, name, named_server) for name in ("away.test", "turn.test"))
    stays = room.enter(named_server.url)
    away = room.enter(f"https://away.test:{named_server.port}/")
    for person in (stays, away):
        person.join()
    for person in (stays, away):
        person.expect_pictures(1)
        person.expect_media(1)
    return stays, away, signaling, turn


def test_media_go_on_while_signaling_is_lost(call, record):
    stays, away, signaling, _ = call
    people = (stays, away)
    before = [(person.peers(), person.media().keys()) for person in people]
    offers = [offers_of(person) for person in people]
    heard = len(stays.received)
    say(away, "before")
    away.until(lambda: chat(away) == ["before"], "the chat")
    failed = fail(signaling)
    away.expect_status("reconnecting")
    for person in people:
        person.expect_media(1)
    say(stays, "meanwhile")
    expect(away.status).to_have_text(re.compile(r"^Reconnecting… \d+ s$"))
    away.until(lambda: time.monotonic() > failed + INTERRUPTION, "the interruption is over")
    for person in people:
        person.expect_media(1)
    returned = thaw(signaling)
    away.expect_status("connected", BACK_WITHIN)
    record("signaling back after the network, s", round(time.monotonic() - returned, 1))
    say(away, "after")
    for person in people:
        person.until(lambda p=person: chat(p) == ["before", "meanwhile", "after"], lambda p=person: f"chat: {chat(p)}")
    for person in people:
        person.expect_media(1)
        assert "reconnecting" not in tile_states(person)
    assert [(person.peers(), person.media().keys()) for person in people] == before
    assert [offers_of(person) for person in people] == offers, "nothing was negotiated"
    assert [kinds(away.received).count(kind) for kind in ("resumed", "joined")] == [1, 1]
    assert not {"peer-left", "peer-joined"} & set(kinds(stays.received[heard:]))
    assert [message.get("away") for message in stays.received if message["type"] == "peer-state"] == [True, None]


def test_what_is_pinned_stays_pinned(call, named_server, room):
    stays, away, signaling, _ = call
    third = room.enter(named_server.url)
    third.join()
    away.expect_pictures(2)
    pinned = away.peers()[1]
    button = away.page.locator(f'.tile[data-peer="{pinned}"] [data-tool="pin"]')
    button.focus()
    away.page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-pressed", "true")
    fail(signaling)
    away.expect_status("reconnecting")
    thaw(signaling)
    away.expect_status("connected")
    expect(button).to_have_attribute("aria-pressed", "true")
    assert "resumed" in kinds(away.received)


def test_who_loses_everything_for_a_while_comes_back_as_the_same(call, record):
    stays, away, signaling, turn = call
    people = (stays, away)
    before = [person.peers() for person in people]
    fail(signaling)
    fail(turn)
    for person in people:
        expect(person.tiles).to_have_attribute("data-state", "reconnecting", timeout=20_000)
    returned = thaw(signaling, turn)
    away.until(lambda: "resumed" in kinds(away.received), "signaling is back", BACK_WITHIN)
    for person in people:
        person.expect_pictures(1)
        person.expect_media(1)
    record("call of 2 back after the network of one, s", round(time.monotonic() - returned, 1))
    assert [person.peers() for person in people] == before
    assert "peer-left" not in kinds(stays.received)
    assert joins(away) == 1


def test_who_changes_networks_is_back_before_anybody_notices(call):
    stays, away, signaling, _ = call
    before = [person.peers() for person in (stays, away)]
    signaling.strand()
    away.page.evaluate("dispatchEvent(new Event('online'))")
    away.until(lambda: "resumed" in kinds(away.received), "signaling is back", BACK_WITHIN)
    away.expect_status("connected")
    say(away, "here")
    stays.until(lambda: chat(stays) == ["here"], "the chat")
    assert not {"peer-left", "peer-state"} & set(kinds(stays.received))
    assert [person.peers() for person in (stays, away)] == before


def fail(*ways):
    for way in ways:
        way.fail()
    return time.monotonic()


def thaw(*ways):
    for way in ways:
        way.thaw()
    return time.monotonic()


def say(person, text):
    if not person.page.get_by_label("Message", exact=True).is_visible():
        person.button("Chat").click()
    person.page.get_by_label("Message", exact=True).fill(text)
    person.button("Send").click()


def chat(person):
    return [message["text"] for message in person.received if message["type"] == "chat"]


def kinds(messages):
    return [message["type"] for message in messages]


def offers_of(person):
    return [kinds(person.sent).count("offer"), kinds(person.received).count("offer")]


def tile_states(person):
    return person.page.evaluate("[...document.querySelectorAll('.tile')].map((tile) => tile.dataset.state)")


def expect_call(people):
    for person in people:
        person.expect_status("connected")
        person.expect_remotes(1)
        person.expect_pictures(1)
        person.expect_media(1)


def joins(person):
    return [message["type"] for message in person.sent].count("join")
