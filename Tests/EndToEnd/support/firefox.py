# SPDX-License-Identifier: Apache-2.0
"""Firefox with fake camera and microphone that trusts the throwaway authorities and verifies names."""

import json
import os
import re
import signal
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

from support.bidi import Connection
from support.certificates import trust
from support.firefox_page import Page
from support.sound import silent_loudspeaker
from support.waiting import until

FIREFOX = "/usr/bin/firefox-esr"
START_TIMEOUT = 60
STOP_TIMEOUT = 15

# Beside what Firefox itself sets when it is driven from outside (remote/shared/RecommendedPreferences.sys.mjs).
PREFERENCES = {
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    # The machine's own addresses are all there is to reach.
    "media.peerconnection.ice.loopback": True,
    # Nothing is fetched from elsewhere, and no proxy of the machine is asked.
    "network.proxy.type": 0,
    "media.gmp-manager.updateEnabled": False,
    "datareporting.policy.dataSubmissionEnabled": False,
}


class Firefox:
    """One browser; `new_context` makes places in it that have nothing in common, for a person each."""

    def __init__(self, home, environment, authorities):
        self._log = home / "firefox.log"
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [
                    FIREFOX, "--headless", "--remote-debugging-port=0", "--no-remote",
                    "--profile", make_profile(home, authorities),
                ],
                env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        self._connection = None

    def connect(self):
        url = until(self._announced_url, lambda: f"Firefox listens\n{self._log.read_text()}", START_TIMEOUT)
        self._connection = Connection(url)
        self._connection.command("session.new", capabilities={})
        self._connection.command("session.subscribe", events=["script.message"])

    def _announced_url(self):
        log = self._log.read_text(errors="backslashreplace")
        assert self._process.poll() is None, f"Firefox ended with {self._process.returncode}\n{log}"
        found = re.search(r"WebDriver BiDi listening on (ws://\S+)\n", log)
        return found and found[1]

    def new_context(self, *scripts, viewport=None):
        return Context(self._connection, scripts, viewport)

    def close(self):
        try:
            if self._connection:
                self._connection.command("browser.close")
                self._connection.close()
                self._process.wait(STOP_TIMEOUT)
        finally:
            if self._process.poll() is None:
                # With the processes of its pages: all are of the session that it began.
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait(STOP_TIMEOUT)


@contextmanager
def launch_firefox(*authorities):
    """Profile, cache and temporary files are in a folder that goes with the browser."""
    with tempfile.TemporaryDirectory(prefix="swiftturn-firefox-", ignore_cleanup_errors=True) as name:
        home = {variable: name for variable in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "TMPDIR")}
        with silent_loudspeaker(Path(name), {**os.environ, **home}) as environment:
            firefox = Firefox(Path(name), environment, authorities)
            try:
                firefox.connect()
                yield firefox
            finally:
                firefox.close()


class Context:
    """No storage, cache or service worker in common with others (a "user context")."""

    def __init__(self, connection, scripts, viewport):
        self._connection = connection
        self._viewport = viewport
        self._id = connection.command("browser.createUserContext")["userContext"]
        for script in scripts:
            self._run_before_pages(script.read_text())

    def _run_before_pages(self, source):
        self._connection.command(
            "script.addPreloadScript",
            functionDeclaration=f"(channel) => {{\n{source}\n}}",
            arguments=[{"type": "channel", "value": {"channel": "said"}}],
            userContexts=[self._id],
        )

    def new_page(self):
        # A window, not a tab: behind others, pages are slowed down.
        created = self._connection.command("browsingContext.create", type="window", userContext=self._id)
        return Page(self._connection, created["context"], self._viewport)

    def close(self):
        self._connection.command("browser.removeUserContext", userContext=self._id)


def make_profile(home, authorities):
    profile = home / "profile"
    profile.mkdir()
    lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in PREFERENCES.items()]
    (profile / "user.js").write_text("\n".join(lines) + "\n")
    trust(profile, authorities)
    return profile
