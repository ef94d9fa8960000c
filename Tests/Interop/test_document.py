# SPDX-License-Identifier: Apache-2.0
"""docs/compatibility.md says what this run has seen."""

import os
from pathlib import Path

from interop.compatibility import DOCUMENT, with_seen


def test_the_document_says_what_this_run_has_seen(seen):
    """SWIFTTURN_COMPATIBILITY=FILE writes the table into that file instead; run all tests for that."""
    if file := os.environ.get("SWIFTTURN_COMPATIBILITY"):
        Path(file).write_text(with_seen(Path(file).read_text(), seen))
        return
    assert seen.missing_from(DOCUMENT.read_text()) == []
