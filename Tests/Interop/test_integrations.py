# SPDX-License-Identifier: Apache-2.0
"""docs/integrations.md: the blocks of the page, run."""

import os
import re
import sys
import urllib.error
import urllib.request

import pytest
from playwright.sync_api import expect, sync_playwright
from support.browser import launch
from support.certificates import browser_home
from support.server import REPOSITORY

from interop.cases import PEERS, TCP, TLS, UDP
from interop.documented import DocumentedServer, block
from interop.ice_pair import exchange
from interop.ports import free_port
from interop.program import Program
from interop.synapse import Synapse
from interop.talk import DAY, SignalingServer, entries
from interop.uclient import MESSAGES, UclientCase, run

RELAY_CANDIDATES = (REPOSITORY / "Tests" / "Interop" / "interop" / "relay_candidates.js").read_text()
SERVERS = {"python": ("server.py", sys.executable), "js": ("server.mjs", "node")}


def of_servers(**kinds):
    """By whether the relay is open."""
    return pytest.mark.parametrize("documented", kinds.values(), ids=kinds, indirect=True, scope="module")


@pytest.fixture(scope="module")
def documented(request, tmp_path_factory, authority):
    server = DocumentedServer(tmp_path_factory.mktemp("documented"), authority, request.param)
    yield server.start()
    server.program.check()
    server.stop()


@pytest.fixture(scope="module")
def browser(tmp_path_factory, authority):
    home = browser_home(tmp_path_factory.mktemp("browser-home"), authority.certificate)
    with sync_playwright() as playwright:
        browser = launch(playwright, home)
        yield browser
        browser.close()


def use(server, uris, username, password):
    """Everything that the URIs offer, from one client to another."""
    for transport in transports(server, uris):
        host = "localhost" if transport == TLS else "127.0.0.1"
        exchange(host, server.port(transport), transport, username, password)


def reach(peer, server, username, password, directory):
    """A peer that is no client."""
    credentials = ("-u", username, "-w", password)
    case = UclientCase("turnutils_uclient", UDP, "channels to a peer", frozenset({PEERS}), credentials=credentials)
    report = run(case, server, peer, directory)
    assert report.totals == (2 * MESSAGES, 2 * MESSAGES, 0, 0), report.output


def transports(server, uris):
    """Each URI leads to the server."""
    known = {
        f"turns:localhost:{server.port(TLS)}?transport=tcp": TLS,
        f"turn:127.0.0.1:{server.port(TCP)}?transport=tcp": TCP,
        f"turn:127.0.0.1:{server.port(UDP)}?transport=udp": UDP,
    }
    return [known[uri] for uri in uris]


@of_servers(open=True)
def test_synapse(documented, echo_peer, trusted_authority, tmp_path):
    synapse = Synapse(tmp_path, documented.here(block("## Synapse", "yaml"))).start()
    try:
        answer = synapse.turn_server("alice")
    finally:
        synapse.stop()
    assert answer["ttl"] == DAY
    assert re.fullmatch(r"[0-9]+:@alice:example\.test", answer["username"])
    assert len(answer["uris"]) == 3
    use(documented, answer["uris"], answer["username"], answer["password"])
    reach(echo_peer, documented, answer["username"], answer["password"], tmp_path)


@of_servers(open=True, closed=False)
def test_talk(documented, browser, echo_peer, trusted_authority, tmp_path):
    settings = list(entries(documented.here(block("## Nextcloud Talk", "sh"))))
    assert sorted(transports(documented, [url for entry in settings for url in entry.urls])) == [TCP, TLS, UDP]
    page = browser.new_page()
    for entry in settings:
        username, password = entry.credential("turn-test-user", 5 * 60)
        kinds = page.evaluate(RELAY_CANDIDATES, {"urls": entry.urls, "username": username, "credential": password})
        assert kinds == ["relay"], f"{entry.urls}: {kinds}"
        use(documented, entry.urls, *entry.of_a_call())
    page.close()
    if documented.is_open:
        reach(echo_peer, documented, *settings[0].of_a_call(), tmp_path)


@of_servers(open=True)
def test_the_signaling_server_of_talk(documented, trusted_authority, tmp_path):
    signaling = SignalingServer(tmp_path, documented.here(block("### With a signaling server", "ini"))).start()
    try:
        with pytest.raises(urllib.error.HTTPError):
            signaling.credentials("another key")
        answer = signaling.credentials("THE-KEY")
    finally:
        signaling.stop()
    assert len(answer["uris"]) == 3
    use(documented, answer["uris"], answer["username"], answer["password"])


@of_servers(open=True, closed=False)
@pytest.mark.parametrize("language", SERVERS)
@pytest.mark.parametrize("transport", [TLS, UDP])
def test_a_page_of_your_own(documented, language, transport, browser, tmp_path):
    name, interpreter = SERVERS[language]
    heading, port = "## A page of your own", free_port()
    text = documented.here(block(heading, language))
    (tmp_path / name).write_text(only(transport, text))
    (tmp_path / "index.html").write_text(block(heading, "html"))
    environment = {**os.environ, "TURN_SECRET_FILE": str(documented.secret_file), "PORT": str(port)}
    program = Program(tmp_path, interpreter, name, environment=environment).start(lambda: is_served(port))
    page = browser.new_page()
    try:
        page.goto(f"http://127.0.0.1:{port}/")
        expect(page.locator("#state")).to_have_text("connected through the relay", timeout=30_000)
    finally:
        page.close()
        program.stop()


def only(transport, text):
    """The page names two ways, of which a browser takes what works: each must."""
    without = {TLS: r', "turn:[^"]*"', UDP: r'"turns:[^"]*", '}[transport]
    text, count = re.subn(without, "", text)
    assert count == 1
    return text


def is_served(port):
    try:
        return urllib.request.urlopen(f"http://127.0.0.1:{port}/ice-servers", timeout=2).status == 200
    except OSError:
        return False
