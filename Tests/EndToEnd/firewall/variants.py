# SPDX-License-Identifier: Apache-2.0
"""The firewalls that are tried, and a call across one of them."""

import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from firewall.call import browsers, hold
from firewall.capture import Capture, passed_as, side
from firewall.topology import (
    CALL_ADDRESS,
    GATEWAYS,
    OUTSIDE,
    PEOPLE,
    REFUSING_RESOLVER,
    SILENT_RESOLVER,
    TURN_ADDRESS,
)
from support.processes import listening_ports, sockets_beside_tcp
from support.server import WEB_ROOT, Server
from support.waiting import until

HERE = Path(__file__).parent
CALL_HOST, TURN_HOST = "call.test", "turn.test"
PORT, PROXY_PORT = 443, 3128


@dataclass(frozen=True)
class Variant:
    title: str
    two_addresses: bool = False
    proxy: bool = False
    # Whom people ask for names that they don't know.
    resolver: str = SILENT_RESOLVER

    @property
    def turn_host(self):
        return TURN_HOST if self.two_addresses else CALL_HOST

    @property
    def names(self):
        return {CALL_HOST: CALL_ADDRESS, self.turn_host: TURN_ADDRESS if self.two_addresses else CALL_ADDRESS}

    @property
    def client_port(self):
        """What people's hosts may send to."""
        return PROXY_PORT if self.proxy else PORT


ROUTER, PROXY = "A router that passes TCP 443 alone", "No router, an HTTP proxy (CONNECT) alone"
VARIANTS = {
    "one-address": Variant(f"{ROUTER}; one address for everything"),
    "two-addresses": Variant(f"{ROUTER}; an address for the page and one for TURN", two_addresses=True),
    "proxy": Variant(f"{PROXY}; two addresses; DNS refuses", True, True, REFUSING_RESOLVER),
    "proxy-silent-dns": Variant(f"{PROXY}; two addresses; DNS is silent", True, True),
}


def try_variant(variant, hosts, authority, directory):
    """What was seen. Whatever was not as it must be is in "faults"."""
    directory.mkdir(parents=True)
    close(variant, hosts)
    result = {"title": variant.title, "call": {}, "faults": []}
    with started_server(variant, hosts, authority, directory) as server, proxy(variant, hosts, directory):
        capture = Capture(hosts["firewall"], (*PEOPLE, OUTSIDE), directory)
        try:
            send_strays(hosts)
            result["call"] = across(variant, hosts, authority, directory, server)
            result["server listens on"] = [f"{kind.upper()} {port}" for kind, port in listening_ports(server.pid)]
            result["server's other sockets"] = len(sockets_beside_tcp(server.pid))
        except AssertionError as error:
            result["faults"].append(str(error))
    result["capture"] = sides(variant, capture.stop())
    result["faults"] += faults(variant, result)
    return result


def close(variant, hosts):
    """The firewall as this variant has it."""
    hosts["firewall"].set("ipv4/ip_forward", 0 if variant.proxy else 1)
    servers = f"{{ {CALL_ADDRESS}, {TURN_ADDRESS} }}"
    rules = HERE / ("proxy.nft" if variant.proxy else "router.nft")
    hosts["firewall"].run("nft", "-D", f"servers={servers}", "-D", f"proxy={PROXY_PORT}", "-f", rules)
    # With a proxy, that one alone knows names.
    knowing, others = (("firewall",), PEOPLE) if variant.proxy else (PEOPLE, ())
    for name in knowing:
        hosts[name].know(variant.names, variant.resolver)
    for name in others:
        hosts[name].know({}, variant.resolver)


@contextmanager
def started_server(variant, hosts, authority, directory):
    options = ["--call-host", CALL_HOST, "--turn-host", variant.turn_host, "--web-root", WEB_ROOT]
    if variant.two_addresses:
        options += ["--listen", f"{TURN_ADDRESS}:{PORT}/turn"]
    for name in variant.names:
        certificate, key = authority.leaf(name)
        options += ["--certificate", certificate, "--private-key", key]
    roles = "/web" if variant.two_addresses else ""
    server = Server(directory, directory, PORT, options, CALL_ADDRESS, roles, hosts["server"].place).start()
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def proxy(variant, hosts, directory):
    """Debian's tinyproxy, where the variant has one."""
    if not variant.proxy:
        yield
        return
    log = directory / "proxy.log"
    settings = directory / "proxy.conf"
    settings.write_text(f'Port {PROXY_PORT}\nConnectPort {PORT}\nLogFile "{log}"\nLogLevel Connect\n')
    process = subprocess.Popen(hosts["firewall"].place([shutil.which("tinyproxy"), "-d", "-c", settings]))
    try:
        until(lambda: listening_ports(process.pid), "the proxy listens")
        yield
    finally:
        process.terminate()
        process.wait(15)


def send_strays(hosts):
    """From a person to both servers and to the other person, and from a server to a person."""
    program = [sys.executable, HERE / "strays.py"]
    hosts["ana"].run(*program, CALL_ADDRESS, TURN_ADDRESS, PEOPLE["ben"])
    hosts["server"].run(*program, *PEOPLE.values())


def across(variant, hosts, authority, directory, server):
    arguments = []
    if variant.proxy:
        arguments.append(f"--proxy-server=http://{GATEWAYS['ana']}:{PROXY_PORT}")
    with browsers(hosts, directory, authority, *arguments) as rooms:
        return hold(rooms, server.url, f"turns:{variant.turn_host}:{PORT}?transport=tcp")


def sides(variant, captured):
    people = [packet for name in PEOPLE for packet in captured[name]]
    return {
        "people": side(people, PEOPLE.values(), variant.client_port),
        "server": side(captured[OUTSIDE], (CALL_ADDRESS, TURN_ADDRESS), PORT),
    }


def faults(variant, result):
    """What the firewall let out beside its one port, and what should have been there."""
    ports = {"people": variant.client_port, "server": PORT}
    for name, (arrived, left) in result["capture"].items():
        allowed = passed_as(ports[name])
        for kind in left.keys() - {allowed, "ARP"}:
            yield f"{left[kind]} packets left the firewall to the side of the {name}: {kind}"
        if not left[allowed] or not arrived[allowed]:
            yield f"no {allowed} on the side of the {name}"
        if not arrived.keys() - {allowed, "ARP"}:
            yield f"the capture is blind: no stray packet arrived from the side of the {name}"
