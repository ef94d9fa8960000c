# SPDX-License-Identifier: Apache-2.0
"""What can be seen of a person in a call, whichever browser that person has."""

import json
import re
from urllib.parse import urlencode

from support.waiting import PATIENCE, until

# Between two looks at a page, in seconds.
PAUSE = 0.1
FRAMES = 10
PACKETS = 20
# The spectrum has a line every 6 Hz.
FREQUENCY_ERROR = 10


class Observed:
    """For a class with the page's `evaluate`, with `pause(seconds)`, and with the signaling messages `sent` and `received`."""

    def until(self, condition, what, timeout=PATIENCE):
        return until(condition, what, timeout, pause=self.pause)

    def expect_value(self, expression, value, timeout=PATIENCE):
        seen = None

        def is_there():
            nonlocal seen
            seen = self.evaluate(expression)
            return seen == value

        self.until(is_there, lambda: f"{value!r}, not {seen!r}, for {expression}", timeout)

    # What the person notices

    def expect_status(self, status, timeout=PATIENCE):
        self.expect_value("document.querySelector('#status').dataset.status", status, timeout)

    def expect_remotes(self, count, timeout=PATIENCE):
        self.expect_value(count_of(".tile"), count, timeout)

    def expect_pictures(self, count, timeout=PATIENCE):
        self.expect_value(count_of('.tile[data-state="connected"][data-video="on"]'), count, timeout)

    def expect_tile(self, attribute, value, timeout=PATIENCE):
        """Of the first of the others."""
        expression = f"document.querySelector('.tile')?.getAttribute({json.dumps(attribute)})"
        self.expect_value(expression, value, timeout)

    def expect_tone(self, frequency, selector=".tile", timeout=PATIENCE):
        """This frequency, in Hz, is the loudest that arrives with a tile."""
        heard = None

        def is_heard():
            nonlocal heard
            heard = self.evaluate(f"observed.frequency(document.querySelector({json.dumps(f'{selector} video')}))")
            return abs(heard - frequency) <= FREQUENCY_ERROR

        self.until(is_heard, lambda: f"a tone of {frequency} Hz, not {heard}", timeout)

    def peers(self):
        return sorted(self.evaluate("[...document.querySelectorAll('.tile')].map((tile) => tile.dataset.peer)"))

    def history(self):
        """Every value that a status or a tile's state has had, in order."""
        return self.evaluate("observed.history")

    # What the statistics say

    def media(self):
        """Counters of each open connection, by the connection's number."""
        entries = self.evaluate("observed.media()")
        return {entry["connection"]: entry for entry in entries}

    def paths(self):
        return self.evaluate("observed.paths()")

    def candidates(self):
        return self.evaluate("observed.candidates")

    def expect_media(self, remotes, timeout=PATIENCE, sound=True):
        """From now on, pictures are decoded and, with `sound`, sound is heard from each of the others."""
        base = {}
        now = {}

        def flows():
            nonlocal base, now
            now = self.media()
            # A connection may be replaced by a new one that counts from zero.
            if now.keys() != base.keys():
                base = now
            return len(now) == remotes and all(grew(base[key], now[key], sound) for key in now)

        self.until(flows, lambda: f"media of {remotes} others: {base} then {now}", timeout)

    def first_frame_milliseconds(self):
        """From the click on Join Call to the first picture of someone else."""
        times = self.until(lambda: self.evaluate("observed.times.firstFrame !== null && observed.times"), "a first frame")
        return times["firstFrame"] - times["clicked"]

    def signaled_candidates(self):
        messages = self.sent + self.received
        trickled = [message["candidate"] for message in messages if message["type"] == "ice-candidate"]
        described = [message["sdp"]["sdp"] for message in messages if message["type"] in ("offer", "answer")]
        return [entry["candidate"] for entry in trickled if entry and entry["candidate"]] + [
            line for text in described for line in candidate_lines(text)
        ]


def page_address(url, query):
    return f"{url}?{urlencode(query)}" if query else url


def count_of(selector):
    return f"document.querySelectorAll({json.dumps(selector)}).length"


def grew(before, after, sound):
    is_heard = after["audioPackets"] >= before["audioPackets"] + PACKETS and after["audioEnergy"] > before["audioEnergy"]
    return after["frames"] >= before["frames"] + FRAMES and (is_heard or not sound)


def candidate_lines(description):
    """RFC 8839, section 5.1."""
    return re.findall(r"^a=(candidate:\S.*?)\r?$", description, re.MULTILINE)


def candidate_type(candidate):
    return re.search(r" typ (\S+)", candidate)[1]
