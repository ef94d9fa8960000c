# SPDX-License-Identifier: Apache-2.0
"""TURN URIs (RFC 7065)."""

from interop.cases import TLS
from interop.ports import ADDRESSES


def turn_url(server, transport, family="IPv4"):
    """A name for TLS, whose certificate is verified; an address otherwise."""
    if transport == TLS:
        return f"turns:localhost:{server.port(transport)}?transport=tcp"
    address = ADDRESSES[family] if family == "IPv4" else f"[{ADDRESSES[family]}]"
    return f"turn:{address}:{server.port(transport)}?transport={transport.lower()}"
