# SPDX-License-Identifier: Apache-2.0
"""Several participants of one test."""

from support.browser import new_context
from support.participant import Participant


class Room:
    """Opens participants in contexts of their own and closes them all at the end."""

    def __init__(self, browser):
        self.browser = browser
        self.participants = []
        self.contexts = []

    def enter(self, url, *scripts, devices=True, viewport=None, **query):
        context = new_context(self.browser, *scripts, devices=devices, viewport=viewport)
        self.contexts.append(context)
        participant = Participant(context, url, **query)
        self.participants.append(participant)
        return participant

    def gather(self, url, count):
        """`count` participants in a call, each with media from all others."""
        people = [self.enter(url) for _ in range(count)]
        for person in people:
            person.join()
        for person in people:
            person.expect_pictures(count - 1)
            person.expect_media(count - 1)
        return people

    def close(self):
        for context in self.contexts:
            context.close()
