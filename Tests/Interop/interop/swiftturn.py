# SPDX-License-Identifier: Apache-2.0
"""swiftturn as a TURN server, with every transport on one port."""

from interop.credentials import CARELESS_USER, PASSWORD, REALM, SECRET, USER
from interop.ports import RELAY_PORTS, free_port
from support.server import WEB_ROOT, Server


class SwiftTURN:
    relay_options = ()
    listen_options = ()

    def __init__(self, directory, authority):
        self.authority = authority
        self.number = free_port()
        certificate, key = authority.leaf("localhost")
        secrets = directory / "secrets"
        secrets.write_text(SECRET + "\n")
        # The server listens at 127.0.0.1 by itself.
        options = [
            "--listen", f"[::1]:{self.number}", "--plain-turn", "--certificate", certificate, "--private-key", key,
            "--call-host", "localhost", "--realm", REALM, "--auth-secret-file", secrets,
            "--user", f"{USER}:{PASSWORD}", "--user", f"{CARELESS_USER}:{PASSWORD}", "--web-root", WEB_ROOT,
            *self.relay_options,
        ]  # fmt: skip
        self.server = Server(directory, directory, self.number, options)

    def start(self):
        self.server.start()
        return self

    def stop(self):
        self.server.stop()

    def port(self, _transport):
        return self.number

    secret_port = port

    def check(self):
        assert self.server.is_running, f"the server has ended\n{self.log}"

    @property
    def log(self):
        return self.server.log


class ClosedRelay(SwiftTURN):
    title = "swiftturn, closed relay"


class OpenRelay(SwiftTURN):
    title = "swiftturn, open relay"
    relay_options = (
        "--relay", "open", "--relay-address", "127.0.0.1", "--relay-address", "::1",
        "--relay-ports", "{}-{}".format(*RELAY_PORTS), "--allow-peer", "127.0.0.0/8", "--allow-peer", "::1/128",
    )  # fmt: skip
