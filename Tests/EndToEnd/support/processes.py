# SPDX-License-Identifier: Apache-2.0
"""What the kernel knows of a process: its sockets, memory and CPU time (proc(5))."""

import os
import re
from dataclasses import dataclass
from pathlib import Path

LISTEN = "0A"
PROTOCOLS = ("tcp", "tcp6", "udp", "udp6", "udplite", "udplite6", "raw", "raw6", "icmp", "icmp6")


@dataclass(frozen=True)
class Socket:
    protocol: str
    port: int
    is_listening: bool


def sockets(pid):
    """Every IP socket that the process holds."""
    own = socket_inodes(pid)
    return [found for protocol in PROTOCOLS for inode, found in table(pid, protocol) if inode in own]


def socket_inodes(pid):
    inodes = set()
    for entry in Path(f"/proc/{pid}/fd").iterdir():
        try:
            match = re.fullmatch(r"socket:\[(\d+)\]", os.readlink(entry))
        except FileNotFoundError:
            continue  # Closed while we looked.
        if match:
            inodes.add(match[1])
    return inodes


def table(pid, protocol):
    """The rows of /proc/PID/net/PROTOCOL as (inode, Socket)."""
    file = Path(f"/proc/{pid}/net/{protocol}")
    if not file.exists():
        return
    for line in file.read_text().splitlines()[1:]:
        fields = line.split()
        port = int(fields[1].rsplit(":", 1)[1], 16)
        yield fields[9], Socket(protocol, port, protocol.startswith("tcp") and fields[3] == LISTEN)


def listening_ports(pid):
    return [(found.protocol, found.port) for found in sockets(pid) if found.is_listening]


def sockets_beside_tcp(pid):
    return [found for found in sockets(pid) if not found.protocol.startswith("tcp")]


def resident_memory(pid):
    """In bytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise AssertionError(f"process {pid} has no memory")


def cpu_seconds(pid):
    """User and system time since its start."""
    # The name may hold spaces; what follows it does not.
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
