# SPDX-License-Identifier: Apache-2.0
"""Several participants of one test."""

from support.browser import OBSERVE, SMALL_CAMERA, TELL, TONE, new_context
from support.firefox_participant import FirefoxParticipant
from support.participant import Participant
from support.waiting import PATIENCE


class Room:
    """Opens participants in contexts of their own and closes them all at the end."""

    def __init__(self, browser):
        self.browser = browser
        self.participants = []
        self.contexts = []

    def enter(self, url, *scripts, devices=True, viewport=None, **query):
        context = new_context(self.browser, *scripts, devices=devices, viewport=viewport)
        return self._enter(Participant, context, url, query)

    def enter_firefox(self, firefox, url, *scripts, viewport=None, **query):
        context = firefox.new_context(SMALL_CAMERA, *scripts, TONE, OBSERVE, TELL, viewport=viewport)
        return self._enter(FirefoxParticipant, context, url, query)

    def _enter(self, kind, context, url, query):
        self.contexts.append(context)
        participant = kind(context, url, **query)
        self.participants.append(participant)
        return participant

    def gather(self, url, count, *scripts, timeout=PATIENCE, sound=True):
        """`count` participants in a call, each with media from all others; without `sound`, with pictures."""
        people = [self.enter(url, *scripts) for _ in range(count)]
        for person in people:
            person.join()
        for person in people:
            person.expect_pictures(count - 1, timeout)
            person.expect_media(count - 1, timeout, sound)
        return people

    def close(self):
        for context in self.contexts:
            context.close()
