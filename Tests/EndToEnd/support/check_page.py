# SPDX-License-Identifier: Apache-2.0
"""The page that checks the connection, driven and observed as a person would."""

import json

from playwright.sync_api import expect

from support.waiting import PATIENCE

# Collects what screen readers are told.
LISTEN = """
  globalThis.said = [];
  new MutationObserver((changes) => {
    for (const { target, addedNodes } of changes) {
      if (target.id === "announcer") said.push(...[...addedNodes].map(({ textContent }) => textContent));
    }
  }).observe(document, { subtree: true, childList: true });
"""
STEPS = ("host", "signaling", "relay", "echo", "speed")


class CheckPage:
    def __init__(self, context, url):
        self.context = context
        self.sent = []
        self.received = []
        self.errors = []
        context.add_init_script(LISTEN)
        self.page = context.new_page()
        self.page.on("websocket", self._watch)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.goto(f"{url}check")

    def _watch(self, socket):
        socket.on("framesent", lambda payload: self.sent.append(json.loads(payload)))
        socket.on("framereceived", lambda payload: self.received.append(json.loads(payload)))

    def button(self, name):
        return self.page.get_by_role("button", name=name, exact=True)

    def step(self, name):
        return self.page.locator(f'[data-step="{name}"]')

    @property
    def headline(self):
        return self.page.locator("#headline")

    @property
    def report(self):
        return self.page.locator("#report").text_content()

    def states(self):
        return [self.step(name).get_attribute("data-state") for name in STEPS]

    def expect_works(self):
        expect(self.headline).to_have_text("Calls work from here", timeout=PATIENCE * 1000)
        assert self.states() == ["passed"] * 5

    def expect_failure(self, headline, states):
        """All of it, once the check is over."""
        expect(self.headline).to_have_text(headline, timeout=PATIENCE * 1000)
        expect(self.button("Run again")).to_have_attribute("aria-disabled", "false")
        assert self.states() == states

    def secrets(self):
        """Everything that was said and is nobody else's business."""
        grants = [message for message in self.received if message["type"] in ("joined", "ice-servers")]
        servers = [server for grant in grants for server in grant["iceServers"]]
        rooms = [message["room"] for message in self.sent if message["type"] == "join"]
        known = {"type", "iceServers", "iceTransportPolicy", "lifetime", "peers", "members", "locked", "hasPin"}
        # Whatever else a newer server tells is taken for a secret, too.
        told = [value for grant in grants for name, value in grant.items() if name not in known and value]
        return {*rooms, *map(str, told), *(server[key] for server in servers for key in ("username", "credential"))}
