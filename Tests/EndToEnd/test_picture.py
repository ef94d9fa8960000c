# SPDX-License-Identifier: Apache-2.0
"""Makes the picture of the README: in the artifacts, or where SWIFTTURN_PICTURE says."""

import os
from pathlib import Path

import support

PORTRAIT = Path(support.__file__).with_name("portrait.js")
# The bit rate grows for some seconds, and with it the sharpness of the picture.
SHARP_WIDTH = 640
SETTLING_MILLISECONDS = 6000


def test_picture_of_a_call_of_three(server, room, artifacts):
    people = [room.enter(server.url, PORTRAIT, look=look) for look in range(3)]
    for person, name in zip(people, ("Ana", "Ben", "Zoë")):
        person.page.get_by_label("Your name").fill(name)
        person.join()
    shown = people[-1]
    shown.expect_status("connected")
    shown.expect_pictures(2)
    shown.until(lambda: min(widths(shown)) >= SHARP_WIDTH, lambda: f"sharp pictures, not {widths(shown)}")
    shown.page.wait_for_timeout(SETTLING_MILLISECONDS)
    shown.page.screenshot(path=os.environ.get("SWIFTTURN_PICTURE", artifacts / "call.png"))


def widths(person):
    return person.page.evaluate("[...document.querySelectorAll('.tile video')].map((video) => video.videoWidth)")
