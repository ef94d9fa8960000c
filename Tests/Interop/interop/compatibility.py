# SPDX-License-Identifier: Apache-2.0
"""The tables of docs/compatibility.md: what this run has seen, and what the file says."""

import subprocess
from importlib.metadata import version

from support.server import REPOSITORY

from interop.servers import SERVERS

DOCUMENT = REPOSITORY / "docs" / "compatibility.md"
BEGIN, END = "<!-- seen: begin -->\n", "<!-- seen: end -->\n"
DEBIAN_PACKAGES = ("coturn", "libnice10", "chromium")
PYTHON_PACKAGES = ("aioice", "aiortc")
HEADER = "| client | feature | transport | " + " | ".join(server.title for server in SERVERS) + " |"


class Seen:
    """A word for each case and server."""

    def __init__(self):
        self.rows = {}

    def add(self, case, server, word):
        key = (case.client, case.feature, case.transport)
        self.rows.setdefault(key, {})[server.title] = word

    def missing_from(self, document):
        """The cells that the document does not have in this way."""
        written = parse(document)
        return [
            f"{' / '.join(key)}, {title}: {word}, written: {written.get(key, {}).get(title)}"
            for key, cells in self.rows.items()
            for title, word in cells.items()
            if written.get(key, {}).get(title) != word
        ]

    def text(self):
        return f"Seen with {', '.join(versions())}.\n\n{self.table()}"

    def table(self):
        titles = [server.title for server in SERVERS]
        lines = [HEADER, "|" + "---|" * (3 + len(titles))]
        for key, cells in self.rows.items():
            lines.append("| " + " | ".join([*key, *(cells.get(title, "") for title in titles)]) + " |")
        return "".join(line + "\n" for line in lines)


def parse(document):
    titles, rows = None, {}
    for line in between(document).splitlines():
        if not line.startswith("|"):
            continue
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if titles is None:
            titles = cells[3:]
        elif not line.startswith("|---"):
            rows[tuple(cells[:3])] = dict(zip(titles, cells[3:], strict=True))
    return rows


def between(document):
    return document.split(BEGIN)[1].split(END)[0]


def with_seen(document, seen):
    before, rest = document.split(BEGIN)
    return before + BEGIN + seen.text() + END + rest.split(END)[1]


def versions():
    for package in DEBIAN_PACKAGES:
        query = ["dpkg-query", "--show", "--showformat=${source:Upstream-Version}", package]
        yield f"{package} {subprocess.run(query, capture_output=True, text=True, check=True).stdout}"
    for package in PYTHON_PACKAGES:
        yield f"{package} {version(package)}"
