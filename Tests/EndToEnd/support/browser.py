# SPDX-License-Identifier: Apache-2.0
"""Chromium with fake camera and microphone that trusts the throwaway authorities and verifies names."""

import os
from pathlib import Path

CHROMIUM = "/usr/bin/chromium"
OBSERVE, PAINTED_CAMERA, SMALL_CAMERA, TALL_CAMERA, STILL_MICROPHONE, NOISE, SCREEN, TONE, VOICE, TELL = (
    Path(__file__).with_name(f"{name}.js")
    for name in (
        "observe", "painted-camera", "small-camera", "tall-camera", "still-microphone", "noise", "screen", "tone", "voice",
        "tell",
    )
)  # fmt: skip
VIEWPORT = {"width": 1280, "height": 800}
SHARED_TITLE = "A tab to share"

# The loopback network has many addresses: each name is a place of its own.
ADDRESSES = {"call.test": "127.0.0.1", "both.test": "127.0.0.1", "turn.test": "127.0.0.2", "away.test": "127.0.0.3"}


def launch(playwright, home):
    # With and without the dot at the end: TURN looks names up that way (RFC 1034, section 3.1).
    addresses = {**ADDRESSES, "nowhere.test": "~NOTFOUND"}
    rules = [f"MAP {name}{dot} {address}" for name, address in addresses.items() for dot in ("", ".")]
    return launch_as(playwright, home, CHROMIUM, "--host-resolver-rules=" + ",".join(rules))


def launch_as(playwright, home, program, *arguments):
    """`program` is Chromium, or what starts it somewhere else."""
    return playwright.chromium.launch(
        executable_path=program,
        env={**os.environ, "HOME": str(home), "XDG_DATA_HOME": str(home), "XDG_CONFIG_HOME": str(home / "config")},
        args=[
            *arguments,
            # The second of several fake cameras delivers no pictures; the third does.
            "--use-fake-device-for-media-stream=device-count=3",
            # Nobody is there to choose what is shared.
            f"--auto-select-tab-capture-source-by-title={SHARED_TITLE}",
            # What Chromium calls home for is none of the tests' business.
            "--disable-background-networking",
            "--disable-component-update",
        ],
    )


def new_context(browser, *scripts, devices=True, viewport=None):
    """A context is a browser of its own: no storage, cache or service worker in common with others."""
    context = browser.new_context(viewport=viewport or VIEWPORT)
    context.grant_permissions(["camera", "microphone"] if devices else [])
    for script in (PAINTED_CAMERA, *(scripts or (SMALL_CAMERA,)), TONE, OBSERVE):
        context.add_init_script(path=script)
    return context
