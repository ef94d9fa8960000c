# SPDX-License-Identifier: Apache-2.0
"""People see and hear each other."""

import os

from support.processes import cpu_seconds, resident_memory


def test_two_participants_see_and_hear_each_other(server, room, record):
    at_start = resident_memory(server.pid)
    first, second = room.enter(server.url), room.enter(server.url)
    first.join()
    first.expect_status("waiting")
    second.join()
    for person in (first, second):
        person.expect_remotes(1)
        person.expect_pictures(1)
        person.expect_status("connected")
        person.expect_media(1)
    record("click to first remote frame, 2 participants, ms", round(second.first_frame_milliseconds()))
    record("resident memory at start, bytes", at_start)
    record_load(first, server, record)


def record_load(person, server, record):
    seconds = float(os.environ.get("SWIFTTURN_MEASURE_SECONDS", 5))
    before = cpu_seconds(server.pid)
    person.page.wait_for_timeout(seconds * 1000)
    record(f"server CPU seconds in {seconds:g} s of a call of 2", round(cpu_seconds(server.pid) - before, 2))
    record("resident memory in a call of 2, bytes", resident_memory(server.pid))


def test_what_is_heard_is_what_was_said(server, room):
    """Pitch for pitch, each from the other and not from oneself."""
    tones = (392, 523)
    people = [room.enter(server.url, tone=tone) for tone in tones]
    for person in people:
        person.join()
    for person, heard in zip(people, reversed(tones)):
        person.expect_tone(heard)


def test_three_participants_see_and_hear_each_other(server, room):
    people = []
    for already_there in range(3):
        people.append(room.enter(server.url))
        people[-1].join()
        people[-1].expect_remotes(already_there)
    for person in people:
        person.expect_remotes(2)
        person.expect_pictures(2)
        person.expect_media(2)


def test_three_joining_at_the_same_instant(server, room, record):
    people = [room.enter(server.url) for _ in range(3)]
    for person in people:
        # Does not wait for the click to have happened: all three click on the same timer tick.
        person.page.evaluate("setTimeout(() => document.querySelector('#join').click(), 500) && null")
    for person in people:
        person.expect_remotes(2)
        person.expect_pictures(2)
        person.expect_media(2)
    times = [round(person.first_frame_milliseconds()) for person in people]
    record("click to first remote frame, 3 at the same instant, ms", times)


def test_rooms_are_apart(server, room):
    inside = [room.enter(server.url, room="Zoë's & <b>/?#") for _ in range(2)]
    outside = room.enter(server.url, room="elsewhere")
    for person in (*inside, outside):
        person.join()
    for person in inside:
        person.expect_pictures(1)
    outside.expect_status("waiting")
    outside.expect_remotes(0)
