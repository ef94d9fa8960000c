# SPDX-License-Identifier: Apache-2.0
"""One person in a call: a page of the app, driven and observed as that person would."""

import json
import os
import re
from urllib.parse import urlencode

from playwright.sync_api import expect

from support.waiting import PATIENCE, until

FRAMES = 10
PACKETS = 20


class Participant:
    def __init__(self, context, url, **query):
        self.context = context
        self.sent = []
        self.received = []
        self.page = context.new_page()
        self.page.on("websocket", self._watch_signaling)
        self.errors = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(f"{url}?{urlencode(query)}" if query else url)
        expect(self.join_button).to_be_enabled()

    def _watch_signaling(self, socket):
        socket.on("framesent", self._note_sent)
        socket.on("framereceived", lambda payload: self.received.append(json.loads(payload)))

    def _note_sent(self, payload):
        self.sent.append(json.loads(payload))
        # Seeds of the fuzzer (scripts/fuzz-seeds).
        if path := os.environ.get("SWIFTTURN_RECORD_SIGNALING"):
            with open(path, "a") as file:
                file.write(payload + "\n")

    # What is on the page

    def button(self, name):
        return self.page.get_by_role("button", name=name, exact=True)

    @property
    def join_button(self):
        return self.button("Join Call")

    @property
    def status(self):
        return self.page.locator("#status")

    @property
    def notice(self):
        return self.page.get_by_role("alert")

    @property
    def tiles(self):
        return self.page.locator(".tile")

    def peers(self):
        return sorted(self.page.evaluate("[...document.querySelectorAll('.tile')].map((tile) => tile.dataset.peer)"))

    # What the person does

    def join(self):
        self.join_button.click()

    def leave(self):
        self.button("Leave Call").click()

    # What the person notices

    def expect_status(self, status, timeout=PATIENCE):
        expect(self.status).to_have_attribute("data-status", status, timeout=timeout * 1000)

    def expect_remotes(self, count, timeout=PATIENCE):
        expect(self.tiles).to_have_count(count, timeout=timeout * 1000)

    def expect_pictures(self, count, timeout=PATIENCE):
        shown = self.page.locator('.tile[data-state="connected"][data-video="on"]')
        expect(shown).to_have_count(count, timeout=timeout * 1000)

    def until(self, condition, what, timeout=PATIENCE):
        return until(condition, what, timeout, pause=lambda: self.page.wait_for_timeout(100))

    # What the statistics say

    def media(self):
        """Counters of each open connection, by the connection's number."""
        entries = self.page.evaluate("observed.media()")
        return {entry["connection"]: entry for entry in entries}

    def paths(self):
        return self.page.evaluate("observed.paths()")

    def history(self):
        """Every value that a status or a tile's state has had, in order."""
        return self.page.evaluate("observed.history")

    def expect_media(self, remotes, timeout=PATIENCE):
        """From now on, pictures are decoded and sound is heard from each of the others."""
        base = {}
        now = {}

        def flows():
            nonlocal base, now
            now = self.media()
            # A connection may be replaced by a new one that counts from zero.
            if now.keys() != base.keys():
                base = now
            return len(now) == remotes and all(grew(base[key], now[key]) for key in now)

        self.until(flows, lambda: f"media of {remotes} others: {base} then {now}", timeout)

    def first_frame_milliseconds(self):
        """From the click on Join Call to the first picture of someone else."""
        times = self.until(
            lambda: self.page.evaluate("observed.times.firstFrame !== null && observed.times"), "a first frame"
        )
        return times["firstFrame"] - times["clicked"]

    def signaled_candidates(self):
        messages = self.sent + self.received
        trickled = [message["candidate"] for message in messages if message["type"] == "ice-candidate"]
        described = [message["sdp"]["sdp"] for message in messages if message["type"] in ("offer", "answer")]
        return [entry["candidate"] for entry in trickled if entry and entry["candidate"]] + [
            line for text in described for line in candidate_lines(text)
        ]


def grew(before, after):
    return (
        after["frames"] >= before["frames"] + FRAMES
        and after["audioPackets"] >= before["audioPackets"] + PACKETS
        and after["audioEnergy"] > before["audioEnergy"]
    )


def candidate_lines(description):
    """RFC 8839, section 5.1."""
    return re.findall(r"^a=(candidate:\S.*?)\r?$", description, re.MULTILINE)


def candidate_type(candidate):
    return re.search(r" typ (\S+)", candidate)[1]
