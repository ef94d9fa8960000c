# SPDX-License-Identifier: Apache-2.0
"""Sends one packet of each kind that must not pass: ADDRESS..., run on a host of the lab.

Without them an empty row of a capture would not tell a firewall that drops from a capture that is blind."""

import socket
import struct
import sys

# Where they come from: a capture shows which packets nobody else sent.
STRAY_PORT = 6666
# STUN, QUIC, DNS, a port of media; a web server, the plain TURN port.
UDP_PORTS = (3478, 443, 53, 50000)
TCP_PORTS = (80, 3478)
# Echo request, with its checksum (RFC 792).
ECHO_REQUEST = struct.pack("!BBHHH", 8, 0, 0xF7FE, 1, 0)


def send(address):
    for port in UDP_PORTS:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stray:
            stray.bind(("", STRAY_PORT))
            stray.sendto(b"stray", (address, port))
    for port in TCP_PORTS:
        with socket.socket() as stray:
            stray.bind(("", STRAY_PORT))
            stray.setblocking(False)
            stray.connect_ex((address, port))
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) as stray:
        stray.sendto(ECHO_REQUEST, (address, 0))


if __name__ == "__main__":
    for address in sys.argv[1:]:
        send(address)
