# SPDX-License-Identifier: Apache-2.0
"""Waiting for conditions, with a deadline."""

import time

# Generous: machines that run tests often do other things too.
PATIENCE = 45.0
# For a page: until nothing moves but what moves for ever.
SETTLED = """() => Promise.allSettled(document.getAnimations()
    .filter((animation) => Number.isFinite(animation.effect.getComputedTiming().endTime))
    .map((animation) => animation.finished))"""


def until(condition, what, timeout=PATIENCE, pause=0.1):
    """The first true value of `condition`; an AssertionError that says `what` was missing after `timeout` seconds.

    `pause` is a function or the seconds between two looks. With pages of the synchronous Playwright API it must be
    the page's own `wait_for_timeout`: events arrive only while Playwright runs.
    """
    rest = pause if callable(pause) else lambda: time.sleep(pause)
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            detail = what() if callable(what) else what
            raise AssertionError(f"not within {timeout:.0f} s: {detail}")
        rest()
