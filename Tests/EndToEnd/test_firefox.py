# SPDX-License-Identifier: Apache-2.0
"""Firefox in a call with Chromium: media both ways, and everything else that both must understand alike."""

from functools import partial

import pytest

from support.browser import SCREEN, SMALL_CAMERA
from support.network import start_named_server
from support.processes import listening_ports, sockets_beside_tcp
from support.server import free_port
from test_controls import GONE_WITHIN, is_silent
from test_relay_only import expect_relay_candidates_only, expect_relay_over_tls
from test_together import named, say

SERVER_ADDRESS = "127.0.0.2"
ANAS_TONE, BENS_TONE = 523, 392


@pytest.fixture
def enter_firefox(room, firefox):
    return partial(room.enter_firefox, firefox)


@pytest.fixture
def ana(server, enter_firefox):
    """With Firefox, not in the call yet."""
    person = enter_firefox(server.url, SCREEN, tone=ANAS_TONE)
    person.enter_name("Ana")
    return person


@pytest.fixture
def ben(server, room):
    """With Chromium, in the call."""
    return named(room, server.url, "Ben", scripts=(SMALL_CAMERA, SCREEN), tone=BENS_TONE)


def expect_call(*people):
    for person in people:
        person.expect_status("connected")
        person.expect_remotes(1)
        person.expect_pictures(1)
        person.expect_media(1)


def test_firefox_comes_second(server, ben, ana):
    ben.expect_status("waiting")
    ana.join()
    expect_call(ana, ben)
    ana.expect_tone(BENS_TONE)
    ben.expect_tone(ANAS_TONE)
    expect_relay_over_tls([ana, ben], f"turns:localhost:{server.port}?transport=tcp")
    assert listening_ports(server.pid) == [("tcp", server.port)]
    assert sockets_beside_tcp(server.pid) == []


def test_firefox_comes_first_and_both_speak_and_write(server, ana, room):
    ana.join()
    ana.expect_status("waiting")
    ben = named(room, server.url, "Ben", tone=BENS_TONE)
    expect_call(ana, ben)
    for person in (ana, ben):
        person.expect_tile("data-speaking", "true")
        person.expect_value("document.querySelector('#self-view').dataset.speaking", "true")
    ana.say("Grüß dich, Ben 🙂")
    say(ben, "Hello Ana")
    ana.expect_value(CHAT_LINES, [["You", "Grüß dich, Ben 🙂"], ["Ben", "Hello Ana"]])
    ben.expect_value(CHAT_LINES, [["Ana", "Grüß dich, Ben 🙂"], ["You", "Hello Ana"]])


CHAT_LINES = """[...document.querySelectorAll("#chat-lines li")].map((line) =>
  ["bdi", ".chat-body"].map((part) => line.querySelector(part).textContent))"""


def test_mute_both_ways(ben, ana):
    ana.join()
    expect_call(ana, ben)
    for one, name, other, tone in (ana, "Ana", ben, ANAS_TONE), (ben, "Ben", ana, BENS_TONE):
        one.button("Mute audio").click()
        other.expect_tile("aria-label", f"{name}, microphone off")
        other.until(lambda other=other: is_silent(other), lambda other=other: f"silence after mute: {other.media()}")
        one.button("Mute audio").click()
        other.expect_tile("aria-label", name)
        other.expect_tone(tone)
        one.button("Mute video").click()
        other.expect_tile("data-video", "off")
        one.button("Mute video").click()
        other.expect_pictures(1)
        other.expect_media(1)


def test_leave_gives_the_devices_back(ben, ana):
    ana.join()
    expect_call(ana, ben)
    ana.leave()
    ben.expect_remotes(0, GONE_WITHIN)
    ben.expect_status("waiting")
    tracks = "observed.streams.flatMap((stream) => stream.getTracks().map(({ readyState }) => readyState))"
    ana.expect_value(tracks, ["ended", "ended"])
    ana.join()
    expect_call(ana, ben)
    ben.leave()
    ana.expect_remotes(0, GONE_WITHIN)
    ana.expect_status("waiting")


def test_screens_both_ways(ben, ana):
    ana.join()
    expect_call(ana, ben)
    for one, other in (ana, ben), (ben, ana):
        one.button("Share screen").click()
        # The drawn screen is wider than the cameras.
        other.expect_value(f"({SCREEN_TILE})?.querySelector('video').videoWidth > 400", True)
        other.expect_tone(880, '.tile[data-source="screen"]')
        one.button("Share screen").click()
        other.expect_value(f"{SCREEN_TILE} === null", True)
        other.expect_pictures(1)
        other.expect_media(1)


SCREEN_TILE = "document.querySelector('.tile[data-source=screen][data-video=on]')"


def test_a_call_comes_back_after_signaling_was_cut(server, start_proxy, enter_firefox, ben):
    port = free_port()
    way = start_proxy(("127.0.0.1", port), ("127.0.0.1", server.port))
    ana = enter_firefox(f"https://localhost:{port}/")
    ana.join()
    expect_call(ana, ben)
    assert way.cut() >= 1
    ana.until(lambda: "reconnecting" in ana.history(), "the status shows that signaling is lost")
    expect_call(ana, ben)


@pytest.fixture
def turn_elsewhere(start_server, authority):
    """A server at an address of its own, whose TURN name leads somewhere else: Firefox is not told where names are."""
    port = free_port("127.0.0.1", SERVER_ADDRESS)
    certificates = [(SERVER_ADDRESS,), ("localhost",)]
    return start_named_server(
        start_server, authority, SERVER_ADDRESS, "localhost", certificates, port, address=SERVER_ADDRESS
    )


@pytest.fixture
def turn(turn_elsewhere, start_proxy):
    """The way to it."""
    return start_proxy(("127.0.0.1", turn_elsewhere.port), (SERVER_ADDRESS, turn_elsewhere.port))


def test_a_call_comes_back_after_its_turn_connections_were_cut(turn_elsewhere, turn, enter_firefox, room):
    ana, ben = enter_firefox(turn_elsewhere.url), room.enter(turn_elsewhere.url)
    # Chromium sees it first.
    expect_comeback([ana, ben], ben, turn)
    for person in (ana, ben):
        expect_relay_candidates_only(person, f"turns:localhost:{turn_elsewhere.port}?transport=tcp")


def test_two_with_firefox_and_their_turn_connections_cut(turn_elsewhere, turn, enter_firefox):
    # Neither says so before it has asked in vain for half a minute.
    ana, zoe = (enter_firefox(turn_elsewhere.url, tone=tone) for tone in (ANAS_TONE, BENS_TONE))
    expect_comeback([ana, zoe], ana, turn)
    ana.expect_tone(BENS_TONE)
    zoe.expect_tone(ANAS_TONE)


def expect_comeback(people, witness, turn):
    for person in people:
        person.join()
    expect_call(*people)
    before = [person.peers() for person in people]
    assert turn.cut() >= 2
    witness.until(lambda: "reconnecting" in witness.history(), "a tile shows that its connection is lost")
    expect_call(*people)
    assert [person.peers() for person in people] == before, "signaling went on"


def test_a_call_comes_back_after_the_server_was_killed(server, ben, ana):
    ana.join()
    expect_call(ana, ben)
    server.kill()
    for person in (ana, ben):
        person.expect_status("reconnecting")
    server.start()
    expect_call(ana, ben)
    ana.expect_tone(BENS_TONE)
    ben.expect_tone(ANAS_TONE)
