# SPDX-License-Identifier: Apache-2.0
"""swiftturn as a TURN server, with every transport on one port."""

from support.server import WEB_ROOT, Server

from interop.cases import (
    BANDWIDTH, DTLS, DUAL_ALLOCATION, EVERYTHING, IPV6_RELAY, PEERS, TCP_RELAY,
)  # fmt: skip
from interop.credentials import CARELESS_USER, OAUTH_KEYS, PASSWORD, REALM, SECRET, USER
from interop.ports import ALTERNATE_ADDRESS, RELAY_PORTS, free_port


class SwiftTURN:
    offers = EVERYTHING - {DTLS, BANDWIDTH}
    relay_options = ()

    def __init__(self, directory, authority):
        self.authority = authority
        # Two: RFC 5780 wants an alternate port.
        self.number = free_port(2)
        certificate, key = authority.leaf("localhost")
        secrets = directory / "secrets"
        secrets.write_text(SECRET + "\n")
        keys = directory / "oauth-keys"
        keys.touch(mode=0o600)
        keys.write_text("".join(f"{kid} {algorithm} {key}\n" for kid, key, algorithm in OAUTH_KEYS))
        options = [
            *self.listen_options(), "--plain-turn", "--certificate", certificate, "--private-key", key,
            "--call-host", "localhost", "--realm", REALM, "--mobility", "--auth-secret-file", secrets,
            "--oauth-key-file", keys,
            "--user", f"{USER}:{PASSWORD}", "--user", f"{CARELESS_USER}:{PASSWORD}", "--web-root", WEB_ROOT,
            *self.relay_options,
        ]  # fmt: skip
        self.server = Server(directory, directory, self.number, options)

    def listen_options(self):
        """Beside TCP at 127.0.0.1, which is there by itself."""
        yield from ("--listen", f"[::1]:{self.number}")
        yield from ("--listen", f"udp:127.0.0.1:{self.number}", "--listen", f"udp:[::1]:{self.number}")
        yield from ("--nat-discovery", f"{ALTERNATE_ADDRESS}:{self.number + 1}")

    def start(self):
        self.server.start()
        return self

    def stop(self):
        self.server.stop()

    def port(self, _transport):
        return self.number

    secret_port = port

    def check(self):
        assert self.server.is_running, f"the server has ended\n{self.server.log}"


class ClosedRelay(SwiftTURN):
    title = "swiftturn, closed relay"
    offers = SwiftTURN.offers - {PEERS, IPV6_RELAY, DUAL_ALLOCATION, TCP_RELAY}


class OpenRelay(SwiftTURN):
    title = "swiftturn, open relay"
    relay_options = (
        "--relay", "open", "--relay-address", "127.0.0.1", "--relay-address", "::1", "--tcp-relay",
        "--relay-ports", "{}-{}".format(*RELAY_PORTS), "--allow-peer", "127.0.0.0/8", "--allow-peer", "::1/128",
    )  # fmt: skip
