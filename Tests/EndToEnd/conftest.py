# SPDX-License-Identifier: Apache-2.0
"""Servers, certificates and browsers that tests share."""

import json
import os
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from support.browser import launch
from support.certificates import Authority, browser_home
from support.firefox import launch_firefox
from support.protocol import check
from support.proxy import Proxy
from support.raw import Client
from support.room import Room
from support.server import REPOSITORY, WEB_ROOT, Server, free_port

# As much of the log as an assertion shows.
LOG_END = 4000


@pytest.fixture(scope="session")
def data_home(tmp_path_factory):
    """Where every `--dev` server of the session finds the same local authority."""
    return tmp_path_factory.mktemp("data-home")


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def start_server(tmp_path_factory, data_home):
    """Starts servers that end with the test."""
    servers = []

    def start(*options, port=None, web_root=WEB_ROOT, **where):
        directory = tmp_path_factory.mktemp("server")
        server = Server(directory, data_home, port or free_port(), ["--web-root", web_root, *options], **where)
        servers.append(server)
        return server.start()

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def server(start_server):
    """A fresh `swiftturn serve --dev`."""
    server = start_server("--dev")
    yield server
    assert server.is_running, f"the server has ended\n{server.log}"


@pytest.fixture(scope="session")
def development_authority(tmp_path_factory, data_home):
    """The authority that the first start of `--dev` has made."""
    starter = Server(
        tmp_path_factory.mktemp("first-start"), data_home, free_port(), ["--dev", "--web-root", WEB_ROOT]
    ).start()
    starter.stop()
    return data_home / "swiftturn" / "dev" / "ca.pem"


@pytest.fixture(scope="session")
def browser(tmp_path_factory, authority, development_authority):
    home = browser_home(tmp_path_factory.mktemp("browser-home"), authority.certificate, development_authority)
    with sync_playwright() as playwright:
        browser = launch(playwright, home)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def firefox(authority, development_authority):
    with launch_firefox(authority.certificate, development_authority) as firefox:
        yield firefox


@pytest.fixture
def room(browser):
    room = Room(browser)
    yield room
    errors = [error for participant in room.participants for error in participant.errors]
    room.close()
    assert errors == []
    # Whatever a page and the server have said to each other in a test is what the protocol says.
    for participant in room.participants:
        check(participant.sent, participant.received)


@pytest.fixture
def start_proxy():
    proxies = []

    def start(listen, target, **options):
        proxies.append(Proxy(listen, target, **options))
        return proxies[-1]

    yield start
    for proxy in proxies:
        proxy.close()


@pytest.fixture(scope="session")
def artifacts():
    """Where tests leave what people look at."""
    directory = Path(os.environ.get("SWIFTTURN_ARTIFACTS", REPOSITORY / ".build" / "end-to-end"))
    directory.mkdir(parents=True, exist_ok=True)
    return directory


@pytest.fixture(scope="session")
def record(artifacts):
    """Writes measured numbers, which are not asserted, to one JSON file."""
    numbers = {}

    def write(name, value):
        numbers[name] = value
        (artifacts / "measured.json").write_text(json.dumps(numbers, indent=2) + "\n")

    return write


@pytest.fixture(scope="session")
def shared_bad_input_server(tmp_path_factory, data_home):
    directory = tmp_path_factory.mktemp("bad-input")
    server = Server(directory, data_home, free_port(), ["--dev", "--web-root", WEB_ROOT]).start()
    yield server
    server.stop()


@pytest.fixture
def bad_input_server(shared_bad_input_server, tls_to):
    """One server for everything bad: it must be well after each test."""
    server = shared_bad_input_server
    if not server.is_running:
        server.start()
    yield server
    assert server.is_running, f"the server has ended\n{server.log[-LOG_END:]}"
    with tls_to(server) as client:
        client.send(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert client.read_to_end().startswith(b"HTTP/1.1 200 ")


@pytest.fixture(scope="session")
def tls_to(development_authority):
    return lambda server: Client(server.port, development_authority)


@pytest.fixture
def tls(bad_input_server, tls_to):
    """Opens TLS connections to the server of the bad-input tests."""
    return lambda: tls_to(bad_input_server)
