# SPDX-License-Identifier: Apache-2.0
"""Hosts and cables: network namespaces within a mount and a PID namespace of this program, all of which end with it.

    ana ── firewall ── server        Every host is a namespace. Addresses are those of documentation (RFC 5737), and
    ben ──┘                          no interface of the machine is in any of them.
"""

import subprocess
from pathlib import Path

PEOPLE = {"ana": "198.51.100.2", "ben": "198.51.100.6"}
GATEWAYS = {"ana": "198.51.100.1", "ben": "198.51.100.5"}
CALL_ADDRESS, TURN_ADDRESS = "203.0.113.10", "203.0.113.11"
OUTSIDE_GATEWAY = "203.0.113.1"
# Whom people's hosts ask for names: nobody is there, and with the other one, every question is refused at once.
SILENT_RESOLVER, REFUSING_RESOLVER = "192.0.2.53", "127.0.0.1"
# The firewall's interface to the server; those to people have their names.
OUTSIDE = "outside"

# `ip netns exec` begins a mount namespace: these files are this host's own.
ENTER = 'mount --bind "$0" /etc/hosts && mount --bind "$1" /etc/resolv.conf && shift && exec "$@"'


class Host:
    def __init__(self, name, directory):
        self.name = name
        # `place` binds them over the machine's own.
        self._hosts = Path(directory) / f"{name}.hosts"
        self._resolver = Path(directory) / f"{name}.resolv.conf"
        self.know({})
        ip("netns", "add", name)
        # The kernel would talk about itself over IPv6, and hide what programs do.
        self.set("ipv6/conf/all/disable_ipv6", 1)
        self.set("ipv6/conf/default/disable_ipv6", 1)
        ip("-n", name, "link", "set", "lo", "up")

    def know(self, names, resolver=SILENT_RESOLVER):
        """These names have these addresses, and the resolver is asked for others, by programs that start from now on."""
        self._resolver.write_text(f"nameserver {resolver}\n")
        # TURN looks names up with a dot at the end (RFC 1034, section 3.1).
        lines = ["127.0.0.1 localhost", *(f"{address} {name} {name}." for name, address in names.items())]
        self._hosts.write_text("\n".join(lines) + "\n")

    def place(self, command):
        """The command line that runs this one here."""
        files = (str(self._hosts), str(self._resolver))
        return ["ip", "netns", "exec", self.name, "sh", "-c", ENTER, *files, *map(str, command)]

    def run(self, *command):
        run(*self.place(command))

    def set(self, name, value):
        """A parameter of the kernel (sysctl)."""
        run("ip", "netns", "exec", self.name, "tee", f"/proc/sys/net/{name}", text=f"{value}\n")


def build(directory):
    """All hosts by their names, connected. The firewall passes nothing yet that it is not told to."""
    run("mkdir", "-p", "/run/netns")
    run("mount", "-t", "tmpfs", "firewall-lab", "/run/netns")
    hosts = {name: Host(name, directory) for name in (*PEOPLE, "firewall", "server")}
    for person, address in PEOPLE.items():
        connect(person, [f"{address}/30"], person, f"{GATEWAYS[person]}/30", GATEWAYS[person])
    connect("server", [f"{CALL_ADDRESS}/24", f"{TURN_ADDRESS}/24"], OUTSIDE, f"{OUTSIDE_GATEWAY}/24", OUTSIDE_GATEWAY)
    return hosts


def connect(host, addresses, interface, firewall_address, gateway):
    """A cable from the host's eth0 to an interface of the firewall."""
    ip("link", "add", "eth0", "netns", host, "type", "veth", "peer", "name", interface, "netns", "firewall")
    for address in addresses:
        ip("-n", host, "address", "add", address, "dev", "eth0")
    ip("-n", "firewall", "address", "add", firewall_address, "dev", interface)
    ip("-n", "firewall", "link", "set", interface, "up")
    ip("-n", host, "link", "set", "eth0", "up")
    ip("-n", host, "route", "add", "default", "via", gateway)


def ip(*arguments):
    run("ip", *arguments)


def run(*command, text=None):
    done = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr or done.stdout}"
