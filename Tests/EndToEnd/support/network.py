# SPDX-License-Identifier: Apache-2.0
"""A server with names and certificates, and proxies on the ways to it."""

from support.browser import ADDRESSES
from support.server import free_port

SERVER_ADDRESS = "127.0.0.1"


def start_named_server(start_server, authority, call_host, turn_host, certificates, port=None, options=(), **where):
    """`certificates` holds a tuple of names for each certificate."""
    options = ["--call-host", call_host, "--turn-host", turn_host, *options]
    for names in certificates:
        certificate, key = authority.leaf(*names)
        options += ["--certificate", certificate, "--private-key", key]
    return start_server(*options, port=port or free_port(), **where)


def proxied_port(*names):
    """A port that is free where the server listens and at the addresses of these names."""
    return free_port(SERVER_ADDRESS, *(ADDRESSES[name] for name in names))


def proxy_for(start_proxy, name, server, **options):
    """Stands at the name's own address, on the port that the server announces."""
    return start_proxy((ADDRESSES[name], server.port), (SERVER_ADDRESS, server.port), **options)
