# SPDX-License-Identifier: Apache-2.0
"""What turnutils_uclient can be told to do."""

from interop.cases import (
    BANDWIDTH, DTLS, DUAL_ALLOCATION, EVEN_PORT, IPV6_RELAY, MOBILITY, OAUTH, PEERS, TCP, TCP_RELAY, TLS, UDP,
)  # fmt: skip
from interop.credentials import CARELESS_USER, PASSWORD
from interop.uclient import SECRET_OPTIONS, UclientCase

# Every basic case is without RTCP: that is, without EVEN-PORT's reservations, which have cases of their own.
ALONE = ("-c",)
CARELESS = ("-u", CARELESS_USER, "-w", PASSWORD)
EVERY = (UDP, TCP, TLS)


def over(transports, feature, *options, needs=(), **others):
    return [
        UclientCase("turnutils_uclient", transport, feature, frozenset(needs), options, **others)
        for transport in transports
    ]


UCLIENT_CASES = [
    *over(EVERY, "channels between clients", *ALONE),
    *over(EVERY, "Send between clients", *ALONE, "-s"),
    *over(EVERY, "channels to a peer", *ALONE, needs=[PEERS]),
    *over(EVERY, "Send to a peer", *ALONE, "-s", needs=[PEERS]),
    *over(EVERY, "IPv6: channels between clients", *ALONE, "-x", family="IPv6", needs=[IPV6_RELAY]),
    *over(EVERY, "IPv6: Send between clients", *ALONE, "-x", "-s", family="IPv6", needs=[IPV6_RELAY]),
    *over(EVERY, "IPv6: channels to a peer", *ALONE, "-x", family="IPv6", needs=[IPV6_RELAY, PEERS]),
    *over(EVERY, "IPv6: Send to a peer", *ALONE, "-x", "-s", family="IPv6", needs=[IPV6_RELAY, PEERS]),
    *over(EVERY, "IPv6 client, IPv4 relay", *ALONE, "-X", family="IPv6"),
    *over([UDP], "IPv4 client, IPv6 relay", *ALONE, "-x", needs=[IPV6_RELAY]),
    *over([UDP, TLS], "both families in one allocation", "-Z", needs=[DUAL_ALLOCATION, PEERS]),
    *over(EVERY, "EVEN-PORT and RESERVATION-TOKEN", needs=[EVEN_PORT], senders=4),
    *over(EVERY, "time-limited credentials", *ALONE, credentials=SECRET_OPTIONS),
    *over(EVERY, "OAuth", *ALONE, "-J", needs=[OAUTH], credentials=()),
    *over([TLS], "certificate verified", *ALONE, verifies=True),
    *over([TCP, TLS], "RFC 6062: connections to a peer", "-T", needs=[TCP_RELAY]),
    # It does not recognise what the peer has received.
    *over([TCP], "RFC 6062: connections from a peer", "-P", needs=[TCP_RELAY], share=0.5),
    *over(EVERY, "mobility", *ALONE, "-M", needs=[MOBILITY]),
    *over([UDP], "DONT-FRAGMENT", *ALONE, "-g", needs=[PEERS]),
    *over([UDP], "padded ChannelData", *ALONE, "-D"),
    *over([UDP, TLS], "permissions and channels for many peers", *ALONE, "-G", needs=[PEERS]),
    *over([UDP, TLS], "ORIGIN", *ALONE, "-o", "https://interop.test"),
    *over([UDP], "BANDWIDTH", *ALONE, "-a", "1000000", needs=[BANDWIDTH]),
    *over([DTLS], "channels between clients", *ALONE),
    *over([UDP, TLS], "survives clients that vanish", *ALONE, "-O", credentials=CARELESS, is_hostile=True),
    *over([UDP, TLS], "survives changing channel numbers", *ALONE, "-N", credentials=CARELESS, is_hostile=True),
    *over([UDP, TLS], "survives corrupted requests", *ALONE, "-R", credentials=CARELESS, is_hostile=True),
]
