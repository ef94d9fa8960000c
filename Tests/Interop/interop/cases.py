# SPDX-License-Identifier: Apache-2.0
"""What is tried: one case is one line of docs/compatibility.md, and one test for each server."""

from dataclasses import dataclass

UDP, TCP, TLS, DTLS = TRANSPORTS = ("UDP", "TCP", "TLS", "DTLS")

# What a server may have or lack, beside the transports.
PEERS = "peers that are not clients"
IPV6_RELAY = "relayed IPv6 addresses"
DUAL_ALLOCATION = "both families in one allocation"
EVEN_PORT = "EVEN-PORT and RESERVATION-TOKEN"
TCP_RELAY = "TCP toward peers"
MOBILITY = "mobility"
OAUTH = "OAuth"
NAT_DISCOVERY = "NAT behavior discovery"
BANDWIDTH = "BANDWIDTH"

EVERYTHING = frozenset({
    *TRANSPORTS, PEERS, IPV6_RELAY, DUAL_ALLOCATION, EVEN_PORT, TCP_RELAY, MOBILITY, OAUTH, NAT_DISCOVERY, BANDWIDTH,
})  # fmt: skip


@dataclass(frozen=True)
class Case:
    """What one client does over one transport, and what of a server this needs."""

    client: str
    transport: str
    feature: str
    needs: frozenset = frozenset()

    @property
    def requirements(self):
        return self.needs | {self.transport}

    def __str__(self):
        return f"{self.transport}-{self.feature}".replace(" ", "-")


def cases(client, feature, *transports, needs=()):
    """The same over several transports."""
    return [Case(client, transport, feature, frozenset(needs)) for transport in transports]
