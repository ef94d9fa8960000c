# SPDX-License-Identifier: Apache-2.0
"""Two people with a browser each, on hosts of their own, in a call."""

import shlex
from contextlib import contextmanager

from playwright.sync_api import sync_playwright

from firewall.topology import PEOPLE
from support.browser import CHROMIUM, launch_as
from support.certificates import browser_home
from support.room import Room

TONES = {"ana": 523, "ben": 392}
MEASURED_SECONDS = 3


@contextmanager
def browsers(hosts, directory, authority, *arguments):
    """A room for each person, of a browser on that person's host."""
    with sync_playwright() as playwright:
        rooms = {}
        try:
            for name in PEOPLE:
                home = browser_home(directory / f"{name}-home", authority.certificate)
                program = directory / f"{name}-chromium"
                program.write_text(f'#!/bin/sh\nexec {shlex.join(hosts[name].place([CHROMIUM]))} "$@"\n')
                program.chmod(0o755)
                rooms[name] = Room(launch_as(playwright, home, program, *arguments))
            yield rooms
        finally:
            for room in rooms.values():
                room.browser.close()


def hold(rooms, url, turn_url):
    """They see and hear each other through the relay; gives what was measured of each."""
    people = {name: room.enter(url, tone=TONES[name]) for name, room in rooms.items()}
    for person in people.values():
        person.join()
    for name, person in people.items():
        person.expect_pictures(1)
        person.expect_media(1)
        (other,) = TONES.keys() - {name}
        person.expect_tone(TONES[other])
    measured = measure(people, turn_url)
    errors = [error for person in people.values() for error in person.errors]
    assert errors == [], errors
    return measured


def measure(people, turn_url):
    before = {name: counters(person) for name, person in people.items()}
    next(iter(people.values())).pause(MEASURED_SECONDS)
    return {name: rates(person, before[name], counters(person), turn_url) for name, person in people.items()}


def counters(person):
    (path,) = person.paths()
    (pair,) = path["selected"]
    (media,) = person.media().values()
    return {**pair, "frames": media["frames"]}


def rates(person, begin, end, turn_url):
    local = end["local"]
    way = (local["candidateType"], local["relayProtocol"], local["url"])
    assert way == ("relay", "tls", turn_url), way
    seconds = (end["timestamp"] - begin["timestamp"]) / 1000
    return {
        "first picture after, s": round(person.first_frame_milliseconds() / 1000, 1),
        "pictures each second": round((end["frames"] - begin["frames"]) / seconds, 1),
        "received, kbit/s": round((end["bytesReceived"] - begin["bytesReceived"]) * 8 / 1000 / seconds),
        "round trip, ms": round(end["roundTripTime"] * 1000, 1),
    }
