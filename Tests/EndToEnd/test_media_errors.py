# SPDX-License-Identifier: Apache-2.0
"""Nobody joins without camera and microphone, and is told why."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

import support

FAILING_CAMERA = Path(support.__file__).with_name("failing-camera.js")


def test_denied_permission_is_said(server, room):
    person = room.enter(server.url, devices=False)
    person.join()
    expect_refusal(person, "Camera/mic permission required to join")
    # The person thinks again and allows it.
    person.context.grant_permissions(["camera", "microphone"])
    person.join()
    person.expect_status("waiting")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("NotFoundError", "No camera or microphone found"),
        ("NotReadableError", "Camera/mic in use by another app"),
    ],
)
def test_missing_and_busy_devices_are_said(server, room, error, words):
    person = room.enter(server.url, FAILING_CAMERA, fail=error)
    person.join()
    expect_refusal(person, words)


def expect_refusal(person, words):
    expect(person.notice).to_have_text(words)
    expect(person.join_button).to_be_enabled()
    assert person.sent == [], "nobody hears of someone who did not join"
