# SPDX-License-Identifier: Apache-2.0
"""turnutils_peer: sends every datagram back."""

import socket

from interop.ports import ADDRESSES, free_port
from interop.program import Program


class EchoPeer:
    """At both loopback addresses. The next port is its too: for RTCP."""

    def __init__(self, directory):
        self.port = free_port(2)
        listening = [option for address in ADDRESSES.values() for option in ("-L", address)]
        self.program = Program(directory, "turnutils_peer", *listening, "-p", self.port)

    def start(self):
        self.program.start(self.echoes)
        return self

    def echoes(self):
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as probe:
            probe.settimeout(0.2)
            probe.connect((ADDRESSES["IPv6"], self.port))
            try:
                probe.send(b"ready?")
                return probe.recv(64) == b"ready?"
            except OSError:
                return False

    def stop(self):
        self.program.stop()
