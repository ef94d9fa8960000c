# SPDX-License-Identifier: Apache-2.0
"""WebDriver BiDi (https://www.w3.org/TR/webdriver-bidi/): commands with their answers, and events in between."""

import itertools
import json
import time
from contextlib import ExitStack

from websockets.sync.client import connect

# Longer than any command takes on a busy machine.
ANSWER_TIMEOUT = 60


class BiDiError(Exception):
    """The browser did not do what it was told."""


class Connection:
    """Not for several threads. What pages say is told while a command waits for its answer."""

    def __init__(self, url):
        # Pictures of pages are large.
        opening = connect(f"{url}/session", max_size=None, compression=None, proxy=None)
        self._end = ExitStack()
        self._socket = self._end.enter_context(opening)
        self._numbers = itertools.count(1)
        self._listeners = {}

    def listen(self, page, listener):
        """`listener(text)` hears what scripts on a page say by a channel."""
        self._listeners[page] = listener

    def command(self, method, **parameters):
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        deadline = time.monotonic() + ANSWER_TIMEOUT
        while True:
            message = json.loads(self._socket.recv(timeout=deadline - time.monotonic()))
            if message.get("id") == number:
                return answer_of(method, message)
            self._tell(message)

    def _tell(self, message):
        if message.get("method") != "script.message":
            return
        page, text = message["params"]["source"]["context"], message["params"]["data"]["value"]
        if page in self._listeners:
            self._listeners[page](text)

    def close(self):
        self._end.close()


def answer_of(method, message):
    if message["type"] == "error":
        raise BiDiError(f"{method}: {message['error']}: {message['message']}")
    return message["result"]
