# SPDX-License-Identifier: Apache-2.0
"""Every case against every server, and the words that this writes into docs/compatibility.md."""

import pytest
from support.certificates import Authority

from interop.compatibility import Seen
from interop.peer import EchoPeer
from interop.servers import SERVERS, known_failure, not_offered
from interop.uclient import Runs, UclientCase

WORKS, FAILS, NOT_OFFERED = "works", "fails", "not offered"
# A note of an item: the word that does not depend on the run.
WORD = pytest.StashKey[str]()
SEEN = pytest.StashKey[Seen]()


def pytest_configure(config):
    config.stash[SEEN] = Seen()


def pytest_generate_tests(metafunc):
    if "server" in metafunc.fixturenames:
        metafunc.parametrize("server", SERVERS, ids=lambda server: server.__name__, indirect=True, scope="session")


def pytest_collection_modifyitems(items):
    for item in items:
        if subject := subject_of(item):
            mark(item, *subject)
    # What compares the run with the document comes last.
    items.sort(key=lambda item: subject_of(item) is None)


def subject_of(item):
    """The case and the server of a test."""
    parameters = getattr(item, "callspec", None) and item.callspec.params
    return (parameters["case"], parameters["server"]) if parameters and "case" in parameters else None


def mark(item, case, server):
    if lacking := not_offered(server, case):
        item.stash[WORD] = NOT_OFFERED
        item.add_marker(pytest.mark.skip(reason=f"{NOT_OFFERED}: {', '.join(sorted(lacking))}"))
        return
    if reason := known_failure(server, case):
        # Of another server: one that sometimes succeeds is none of our defects.
        item.stash[WORD] = FAILS
        item.add_marker(pytest.mark.xfail(reason=reason, strict=False))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if (subject := subject_of(item)) and (report.when == "call" or not report.passed and report.when == "setup"):
        word = item.stash.get(WORD, WORKS if report.passed else FAILS)
        item.config.stash[SEEN].add(*subject, word)
    return report


@pytest.fixture
def seen(request):
    return request.config.stash[SEEN]


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def trusted_authority(authority, monkeypatch):
    """What Python's ssl module trusts in place of the system's authorities."""
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))


@pytest.fixture(scope="session")
def server(request, tmp_path_factory, authority):
    server = request.param(tmp_path_factory.mktemp(request.param.__name__), authority)
    try:
        yield server.start()
        server.check()
    finally:
        server.stop()


@pytest.fixture(scope="session")
def echo_peer(tmp_path_factory):
    peer = EchoPeer(tmp_path_factory.mktemp("peer")).start()
    yield peer
    peer.stop()


@pytest.fixture(scope="session")
def uclient_runs(request, tmp_path_factory, echo_peer):
    selected = {server: [] for server in SERVERS}
    for item in request.session.items:
        subject = subject_of(item)
        if subject and isinstance(subject[0], UclientCase) and WORD not in item.stash:
            selected[subject[1]].append(subject[0])
    runs = Runs(selected, echo_peer, tmp_path_factory.mktemp("uclient"))
    yield runs
    runs.close()
