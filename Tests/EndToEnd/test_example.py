# SPDX-License-Identifier: Apache-2.0
"""The example of examples/README.md: served as it says there, and a whole member of a call."""

import shutil

import pytest
from playwright.sync_api import expect

from support.server import REPOSITORY, WEB_ROOT
from test_relay_only import expect_relay_over_tls

EXAMPLE = REPOSITORY / "examples" / "minimal-call"


@pytest.fixture
def example(start_server, tmp_path):
    root = shutil.copytree(WEB_ROOT, tmp_path / "web")
    shutil.copytree(EXAMPLE, root / EXAMPLE.name)
    return start_server("--dev", web_root=root)


def test_two_of_the_example_and_one_of_the_app_meet(example, room):
    address = f"{example.url}{EXAMPLE.name}/index.html"
    people = [room.enter(address), room.enter(address), room.enter(f"{example.url}r/example")]
    for person in people[:2]:
        person.join()
    for person in people[:2]:
        expect(person.status).to_have_text("connected")
        expect(person.page.locator("video")).to_have_count(2)
        person.expect_media(1)
    people[2].join()
    for person in people:
        person.expect_media(2)
    expect_relay_over_tls(people, f"turns:localhost:{example.port}?transport=tcp")
    people[1].leave()
    expect(people[0].page.locator("video")).to_have_count(2)
    people[2].expect_remotes(1)


def test_the_example_stays_small():
    files = [path for path in EXAMPLE.rglob("*") if path.is_file()]
    assert sum(len(path.read_text().splitlines()) for path in files) <= 150
