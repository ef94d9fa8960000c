# SPDX-License-Identifier: Apache-2.0
"""Ports that nobody uses."""

import contextlib
import socket

ADDRESSES = {"IPv4": "127.0.0.1", "IPv6": "::1"}
# A second address of the same host, which RFC 5780 asks for.
ALTERNATE_ADDRESS = "127.0.0.2"
FAMILIES = {"127.0.0.1": socket.AF_INET, ALTERNATE_ADDRESS: socket.AF_INET, "::1": socket.AF_INET6}

# Below the ports that the kernel gives to clients (ip_local_port_range), so that the two never meet.
RELAY_PORTS = (12000, 30000)


def free_port(count=1):
    """The first of `count` ports in a row that are free for UDP and TCP at every loopback address of the tests."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = probe.getsockname()[1]
        if port + count < 65536 and all(is_free(number) for number in range(port, port + count)):
            return port


def is_free(port):
    with contextlib.ExitStack() as stack:
        for address, family in FAMILIES.items():
            for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
                probe = stack.enter_context(socket.socket(family, kind))
                try:
                    probe.bind((address, port))
                except OSError:
                    return False
    return True
