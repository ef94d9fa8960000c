# SPDX-License-Identifier: Apache-2.0
"""What was on the wire: tcpdump on every interface of the firewall, and its files read again."""

import re
import signal
import socket
import struct
import subprocess
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from firewall.strays import STRAY_PORT
from support.waiting import until

# Enough for the headers of TCP; what is inside is encrypted anyway.
SNAP_LENGTH = 128
PCAP_MAGIC = 0xA1B2C3D4
ETHERNET = 1
IPV4, ARP = 0x0800, 0x0806
PROTOCOLS = {1: "ICMP", 2: "IGMP", 6: "TCP", 17: "UDP"}


class Packet(NamedTuple):
    source: str
    protocol: str
    # 0 for what has no ports.
    source_port: int
    destination_port: int


class Capture:
    """From now on, on these interfaces of the host."""

    def __init__(self, host, interfaces, directory):
        self.files = {interface: Path(directory) / f"{interface}.pcap" for interface in interfaces}
        self._logs = {interface: Path(directory) / f"{interface}.log" for interface in interfaces}
        self._processes = {
            interface: self._start(host, interface, file) for interface, file in self.files.items()
        }
        for interface, log in self._logs.items():
            until(lambda log=log: "listening on" in log.read_text(), f"tcpdump listens on {interface}")

    def _start(self, host, interface, file):
        # Its own privileges are those of the lab: with others it may not write there.
        command = ["tcpdump", "-i", interface, "-s", SNAP_LENGTH, "-B", 16384, "-U", "-Z", "root", "-w", file]
        with self._logs[interface].open("wb") as log:
            return subprocess.Popen(host.place(command), stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def stop(self):
        """The packets of each interface. None may have been missed."""
        for process in self._processes.values():
            process.send_signal(signal.SIGINT)
        for interface, process in self._processes.items():
            process.wait(15)
            log = self._logs[interface].read_text()
            assert re.search(r"^0 packets dropped by kernel", log, re.MULTILINE), f"{interface}: {log}"
        return {interface: list(packets(file.read_bytes())) for interface, file in self.files.items()}


def packets(data):
    """Of a pcap file of Ethernet frames."""
    magic, link = struct.unpack_from("<I16xI", data)
    assert (magic, link) == (PCAP_MAGIC, ETHERNET), f"not what tcpdump writes here: {magic:x}, {link}"
    offset = 24
    while offset < len(data):
        (length,) = struct.unpack_from("<8xI", data, offset)
        offset += 16
        yield packet(data[offset : offset + length])
        offset += length


def packet(frame):
    (kind,) = struct.unpack_from("!12xH", frame)
    if kind == ARP:
        return Packet(socket.inet_ntoa(frame[28:32]), "ARP", 0, 0)
    if kind != IPV4:
        return Packet("", f"EtherType {kind:04x}", 0, 0)
    header_length = (frame[14] & 0x0F) * 4
    protocol = PROTOCOLS.get(frame[23], f"IP protocol {frame[23]}")
    ports = struct.unpack_from("!HH", frame, 14 + header_length) if protocol in ("TCP", "UDP") else (0, 0)
    return Packet(socket.inet_ntoa(frame[26:30]), protocol, *ports)


class Side(NamedTuple):
    """Packets on one side of the firewall, counted by what they are."""

    arrived: Counter
    left: Counter


def side(captured, behind, port):
    """Of packets on interfaces that lead to the addresses `behind`, where TCP `port` is what is let through."""
    arrived, left = Counter(), Counter()
    for found in captured:
        (arrived if found.source in behind else left)[describe(found, port)] += 1
    return Side(arrived, left)


def describe(found, port):
    if found.protocol == "TCP" and port in (found.source_port, found.destination_port):
        return passed_as(port)
    number = f" {found.destination_port}" if found.destination_port else ""
    return f"{found.protocol}{number}" + (", sent on purpose" if found.source_port == STRAY_PORT else "")


def passed_as(port):
    return f"TCP {port}"
