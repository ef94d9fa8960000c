# SPDX-License-Identifier: Apache-2.0
"""The servers that every case runs against, what they offer, and what is known to fail."""

from interop.cases import (
    BANDWIDTH, DTLS, DUAL_ALLOCATION, EVEN_PORT, EVERYTHING, IPV6_RELAY, MOBILITY, NAT_DISCOVERY, OAUTH, PEERS,
    TCP, TCP_RELAY, TLS, UDP,
)  # fmt: skip
from interop.coturn import Coturn
from interop.swiftturn import ClosedRelay, OpenRelay

SERVERS = (Coturn, ClosedRelay, OpenRelay)

OFFERED = {
    Coturn: EVERYTHING,
    ClosedRelay: frozenset({UDP, TCP, TLS, EVEN_PORT, MOBILITY, OAUTH, NAT_DISCOVERY}),
    OpenRelay: EVERYTHING - {DTLS, BANDWIDTH},
}

# What is meant to be offered and isn't there: a feature leaves its line with the commit that brings it.
NOT_THERE_YET = {
    Coturn: frozenset(),
    ClosedRelay: frozenset({UDP, EVEN_PORT, MOBILITY, OAUTH, NAT_DISCOVERY}),
    OpenRelay: frozenset({
        UDP, TCP, TLS, PEERS, IPV6_RELAY, DUAL_ALLOCATION, EVEN_PORT, TCP_RELAY, MOBILITY, OAUTH, NAT_DISCOVERY,
    }),
}  # fmt: skip

# (server, client, transport, feature): why. A case that begins to work fails its test until its line is gone.
KNOWN_FAILURES = {
    (Coturn, "turnutils_uclient", TCP, "mobility"): "coturn closes the connection that came with the ticket",
    (Coturn, "turnutils_uclient", TLS, "mobility"): "the Refresh that brings the ticket is answered once, its repetition never",
}


def known_failure(server, case):
    return KNOWN_FAILURES.get((server, case.client, case.transport, case.feature))
