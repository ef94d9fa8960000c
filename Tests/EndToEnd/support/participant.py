# SPDX-License-Identifier: Apache-2.0
"""One person in a call: a page of the app, driven and observed as that person would."""

import json
import os

from playwright.sync_api import expect

from support.observed import PAUSE, Observed, page_address


class Participant(Observed):
    def __init__(self, context, url, **query):
        self.context = context
        self.sent = []
        self.received = []
        self.page = context.new_page()
        self.page.on("websocket", self._watch_signaling)
        self.errors = []
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(page_address(url, query))
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

    def evaluate(self, expression):
        return self.page.evaluate(expression)

    def pause(self, seconds=PAUSE):
        # Events arrive only while Playwright runs.
        self.page.wait_for_timeout(seconds * 1000)

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

    # What the person does

    def join(self):
        self.join_button.click()

    def leave(self):
        self.button("Leave Call").click()
