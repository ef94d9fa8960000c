# SPDX-License-Identifier: Apache-2.0
"""One person in a call, with Firefox: the words are those of `Participant`."""

import json
import time

from support.firefox_page import ENTER
from support.observed import PAUSE, Observed, page_address


class FirefoxParticipant(Observed):
    def __init__(self, context, url, **query):
        self.context = context
        self.sent = []
        self.received = []
        self.errors = []
        self.page = context.new_page()
        self.page.listen(self._note)
        self.page.goto(page_address(url, query))

    def _note(self, text):
        """What tell.js says."""
        kind, value = json.loads(text)
        if kind == "error":
            self.errors.append(value)
        else:
            {"sent": self.sent, "received": self.received}[kind].append(json.loads(value))

    def evaluate(self, expression):
        return self.page.evaluate(expression)

    def pause(self, seconds=PAUSE):
        time.sleep(seconds)

    # What is on the page

    def button(self, name):
        return self.page.element(name)

    def expect_attribute(self, name, attribute, value):
        self.until(lambda: self.page.element(name).attribute(attribute) == value, f"{name}: {attribute}={value}")

    # What the person does

    def enter_name(self, name):
        self.page.element("Your name").type(name)

    def join(self):
        self.button("Join Call").click()

    def leave(self):
        self.button("Leave Call").click()

    def say(self, text):
        if self.evaluate("document.querySelector('#chat-panel').hidden"):
            self.button("Chat").click()
        self.page.element("Message").type(text)
        self.page.press(ENTER)
