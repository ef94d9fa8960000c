# SPDX-License-Identifier: Apache-2.0
"""turnutils_uclient: its command line, and what it reports in the end."""

import logging
import re
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from interop.cases import DTLS, MOBILITY, PEERS, TCP, TLS, Case
from interop.credentials import PASSWORD, SECRET, USER
from interop.ports import ADDRESSES

# Before its first message it waits between one and six seconds, as it likes.
TIMEOUT = 40
# Runs that corrupt their own requests wait for answers that never come.
PATIENCE_WITH_NONSENSE = 10
MESSAGES = 40
CLIENTS = 2
# Odd, so that streams need padding.
LENGTH = 171
# Over TLS it takes whatever one record holds for one message, and counts a second one in it as lost. When sent
# slower than delayed acknowledgements (40 ms), messages travel alone, except on a machine that is very busy.
INTERVAL_MILLISECONDS = 60
ATTEMPTS_OVER_TLS = 3
# With -M over TLS each connection throws two coins: if both say so, it is freed, a new one is opened, and then the old one
# is shut down and freed again (coturn's src/apps/uclient/startuclient.c, to this day). That hits the new one, which has
# got the memory, or the heap: about every second run ends so before its first message. Against coturn it is every
# fourth, because the run gets no further than its first connection there.
ATTEMPTS_TO_KEEP_ITS_CONNECTION = 12
AT_THE_SAME_TIME = 8

LOG = logging.getLogger(__name__)

TOTALS = re.compile(r"tot_send_msgs=(\d+), tot_recv_msgs=(\d+)\n(?!.*tot_send_msgs=)", re.DOTALL)
LOSSES = re.compile(r"Total lost packets (\d+) .* total send dropped (\d+) ")

PASSWORD_OPTIONS = ("-u", USER, "-w", PASSWORD)
SECRET_OPTIONS = ("-u", USER, "-W", SECRET)


@dataclass(frozen=True)
class UclientCase(Case):
    options: tuple = ()
    family: str = "IPv4"
    # How many sessions send MESSAGES each, and how many of those messages come back.
    senders: int = CLIENTS
    share: float = 1
    credentials: tuple = field(default=PASSWORD_OPTIONS, repr=False)
    # Whether it asks what must be refused: then all that counts is how the server is afterwards.
    is_hostile: bool = False
    # Whether the server's certificate is verified, which needs one of the client.
    verifies: bool = False


@dataclass(frozen=True)
class Report:
    output: str
    status: int | None

    @property
    def has_losses(self):
        return self.totals is not None and self.totals[2] > 0

    @property
    def has_freed_its_connection(self):
        by_signal = self.status in (-signal.SIGSEGV, -signal.SIGABRT, -signal.SIGBUS)
        return self.totals is None and (by_signal or self.output.endswith("\nsend: Success\n"))

    @property
    def totals(self):
        """Messages sent and received, packets lost and sends dropped; None without a report."""
        totals, losses = TOTALS.search(self.output), LOSSES.search(self.output)
        return tuple(map(int, totals.groups() + losses.groups())) if totals and losses else None


def command(case, server, peer):
    secure = [*(["-t"] if case.transport in (TCP, TLS) else []), *(["-S"] if case.transport in (TLS, DTLS) else [])]
    port = (server.secret_port if "-W" in case.credentials else server.port)(case.transport)
    other = ["-e", ADDRESSES[peer_family(case)], "-r", peer.port] if PEERS in case.needs else ["-y"]
    trust = verification(server.authority) if case.verifies else []
    parts = [
        "turnutils_uclient", *secure, *other, *case.credentials, *trust, *case.options, "-l", LENGTH,
        "-n", MESSAGES, "-m", CLIENTS, "-z", INTERVAL_MILLISECONDS, "-p", port, ADDRESSES[case.family],
    ]  # fmt: skip
    return list(map(str, parts))


def verification(authority):
    certificate, key = authority.leaf("client")
    return ["-i", certificate, "-k", key, "-E", authority.certificate]


def peer_family(case):
    return "IPv6" if "-x" in case.options else "IPv4" if "-X" in case.options else case.family


def run(case, server, peer, directory):
    for _ in range(ATTEMPTS_OVER_TLS if case.transport == TLS else 1):
        report = run_whole(case, server, peer, directory)
        if not report.has_losses:
            break
    return report


def run_whole(case, server, peer, directory):
    for _ in range(ATTEMPTS_TO_KEEP_ITS_CONNECTION if MOBILITY in case.needs and case.transport == TLS else 1):
        report = run_once(case, server, peer, directory)
        if not report.has_freed_its_connection:
            break
        LOG.warning("turnutils_uclient has freed its connection twice (status %s): once more", report.status)
    return report


def run_once(case, server, peer, directory):
    """Its exit status says little: it exits with 0 when everything was lost."""
    parts = command(case, server, peer)
    timeout = PATIENCE_WITH_NONSENSE if case.is_hostile else TIMEOUT
    try:
        done = subprocess.run(
            parts, cwd=directory, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=timeout, check=False
        )
        output, status = done.stdout, done.returncode
    except subprocess.TimeoutExpired as error:
        output, status = error.stdout or b"", None
    return Report(f"{' '.join(parts)}\n{output.decode(errors='backslashreplace')}", status)


class Runs:
    """A run waits most of its time, so the runs against one server go side by side, begun with the first one asked for."""

    def __init__(self, selected, peer, directory):
        self.selected = selected
        self.peer = peer
        self.directory = directory
        self.pool = ThreadPoolExecutor(AT_THE_SAME_TIME)
        self.results = {}

    def report(self, server, case):
        kind = type(server)
        if kind not in self.results:
            self.results[kind] = {
                each: self.pool.submit(run, each, server, self.peer, self.directory) for each in self.selected[kind]
            }
        return self.results[kind][case].result()

    def close(self):
        self.pool.shutdown(cancel_futures=True)
