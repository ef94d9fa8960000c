# SPDX-License-Identifier: Apache-2.0
"""coturn's load generator and test client. It sends numbered messages and counts what comes back."""

import pytest

from interop.binding import answers_tcp, answers_udp
from interop.cases import UDP
from interop.ports import ADDRESSES
from interop.uclient import MESSAGES
from interop.uclient_cases import UCLIENT_CASES


@pytest.mark.parametrize("case", [case for case in UCLIENT_CASES if not case.is_hostile], ids=str)
def test_uclient_gets_every_message_back(server, case, uclient_runs):
    report = uclient_runs.report(server, case)
    sent = MESSAGES * case.senders
    received = int(sent * case.share)
    assert report.totals == (sent, received, sent - received, 0), report.output


@pytest.mark.parametrize("case", [case for case in UCLIENT_CASES if case.is_hostile], ids=str)
def test_server_survives_uclient(server, case, uclient_runs):
    report = uclient_runs.report(server, case)
    answers = answers_udp if case.transport == UDP else answers_tcp
    assert answers(ADDRESSES[case.family], server.port(case.transport)), report.output
