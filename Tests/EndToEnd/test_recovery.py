# SPDX-License-Identifier: Apache-2.0
"""A call survives what networks and servers do."""

import time

import pytest

from support.network import proxied_port, proxy_for, start_named_server
from test_controls import GONE_WITHIN
from test_relay_only import expect_relay_over_tls


def test_a_call_comes_back_after_the_server_was_killed(server, room, record):
    people = room.gather(server.url, 2)
    server.kill()
    for person in people:
        person.expect_status("reconnecting")
    server.start()
    started = time.monotonic()
    expect_call(people)
    record("call of 2 back after server start, s", round(time.monotonic() - started, 1))
    expect_relay_over_tls(people, f"turns:localhost:{server.port}?transport=tcp")


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
    stays.expect_remotes(0, GONE_WITHIN)
    away.expect_status("reconnecting")
    for way in ways:
        way.thaw()
    expect_call(people)


def expect_call(people):
    for person in people:
        person.expect_status("connected")
        person.expect_remotes(1)
        person.expect_pictures(1)
        person.expect_media(1)


def joins(person):
    return [message["type"] for message in person.sent].count("join")
