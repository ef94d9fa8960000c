# SPDX-License-Identifier: Apache-2.0
"""The servers that every case runs against, and what is known to fail."""

from interop.cases import TCP, TLS
from interop.coturn import Coturn
from interop.swiftturn import ClosedRelay, OpenRelay

SERVERS = (Coturn, ClosedRelay, OpenRelay)

# (server, client, transport, feature): why. A case that begins to work fails its test until its line is gone.
KNOWN_FAILURES = {
    (Coturn, "turnutils_uclient", TCP, "mobility"): "coturn sends eight stray bytes before it answers the ticket",
    (Coturn, "turnutils_uclient", TLS, "mobility"): "coturn answers the Refresh with the ticket only once",
}


def known_failure(server, case):
    return KNOWN_FAILURES.get((server, case.client, case.transport, case.feature))


def not_offered(server, case):
    """What the case needs and the server has not, on purpose."""
    return case.requirements - server.offers
