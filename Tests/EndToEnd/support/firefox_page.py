# SPDX-License-Identifier: Apache-2.0
"""A page in Firefox, driven by WebDriver BiDi: as much of it as the tests need."""

import base64
import json
from pathlib import Path

from support.bidi import BiDiError
from support.browser import VIEWPORT
from support.waiting import until

ENTER = "\ue007"


class Page:
    def __init__(self, connection, identifier, viewport=None):
        self._connection = connection
        self._id = identifier
        self.set_viewport(viewport or VIEWPORT)

    def listen(self, listener):
        """`listener(text)` hears what a script that runs before the page's own says by `channel`."""
        self._connection.listen(self._id, listener)

    def set_viewport(self, viewport):
        self._command("browsingContext.setViewport", viewport=viewport)

    def goto(self, url):
        self._command("browsingContext.navigate", url=url, wait="complete")

    def close(self):
        self._command("browsingContext.close")

    def evaluate(self, expression):
        """The value of a JavaScript expression, awaited, by way of JSON."""
        answer = self._connection.command(
            "script.evaluate",
            expression=f"(async () => JSON.stringify((await ({expression})) ?? null))()",
            target={"context": self._id},
            awaitPromise=True,
        )
        if answer["type"] == "exception":
            raise BiDiError(f"{expression}: {answer['exceptionDetails']['text']}")
        return json.loads(answer["result"]["value"])

    def screenshot(self, path):
        Path(path).write_bytes(base64.b64decode(self._command("browsingContext.captureScreenshot")["data"]))

    def element(self, name):
        """The first visible element with this accessible name, as people find it."""
        return Element(self, f"({FIND})({json.dumps(name)})")

    def press(self, *keys):
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self._act({"type": "key", "id": "keyboard", "actions": actions})

    def click_at(self, x, y):
        move = {"type": "pointerMove", "x": round(x), "y": round(y)}
        actions = [move, {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]
        self._act({"type": "pointer", "id": "mouse", "actions": actions})

    def _act(self, source):
        self._command("input.performActions", actions=[source])

    def _command(self, method, **parameters):
        return self._connection.command(method, context=self._id, **parameters)


class Element:
    """Looked for anew each time, as the page changes."""

    def __init__(self, page, find):
        self._page = page
        self._find = find

    def click(self):
        """Waits until it is there, enabled, at rest, and what a click at its middle would reach."""
        place = None

        def rests():
            nonlocal place
            before, place = place, self._page.evaluate(f"({MIDDLE})({self._find})")
            return place is not None and place == before

        until(rests, lambda: f"an element to click: {self._find}")
        self._page.click_at(*place)

    def type(self, text):
        self.click()
        self._page.press(*text)

    def attribute(self, name):
        return self._page.evaluate(f"{self._find}?.getAttribute({json.dumps(name)})")


FIND = """(name) => [...document.querySelectorAll("button, input, textarea, [role=group]")].find((element) =>
  element.checkVisibility() && (element.getAttribute("aria-label") ?? element.textContent.trim()) === name)"""

MIDDLE = """(element) => {
  if (!element || element.disabled) return null;
  element.scrollIntoView({ block: "nearest" });
  const { x, y, width, height } = element.getBoundingClientRect();
  const middle = [x + width / 2, y + height / 2];
  return element.contains(document.elementFromPoint(...middle)) ? middle : null;
}"""
