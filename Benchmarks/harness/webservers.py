# SPDX-License-Identifier: Apache-2.0
"""The servers of the app and its signaling that are compared: ours, and nginx before Node, together on one CPU."""

import os
import random
import shutil
import string
import subprocess
from pathlib import Path

from harness.servers import ADDRESS, Server, SmallCertificateServer, binary

HERE = Path(__file__).resolve().parent.parent
MANY = 100_000
SCRIPT_BYTES = 20_000


def web_root(directory):
    """The app's files, and a script of 20 KB that does not compress to nothing."""
    root = directory / "web"
    if not root.exists():
        shutil.copytree(HERE.parent / "web", root)
        letters = random.Random(5).choices(string.ascii_letters + string.digits, k=SCRIPT_BYTES)
        (root / "script.js").write_text("".join(letters))
    return root


class WebSwiftTURN(Server):
    title = "swiftturn"

    def command(self, transport, port):
        yield from (binary("SWIFTTURN_BINARY"), "serve", "--event-loops", self.loops, "--call-host", "localhost")
        yield from ("--listen", f"{ADDRESS}:{port}", "--web-root", web_root(self.directory), "--log-level", "warning")
        yield from ("--certificate", self.certificate.chain, "--private-key", self.certificate.key)
        # All members have one address here, and say as much as they can.
        yield from ("--websockets-in-total", MANY, "--websockets-per-address", MANY)
        yield from ("--messages-per-second-per-websocket", MANY, "--joins-per-second-per-address", 0)


class Node(Server):
    """The signaling behind nginx. Debian puts modules where only its own Node looks by itself."""

    title = "Node"

    def command(self, transport, port):
        return ["env", "NODE_PATH=/usr/share/nodejs", "node", HERE / "Rival" / "signaling.js", port]


class NginxNode(Server):
    """nginx does TLS and files, and passes WebSockets on to Node."""

    title = "nginx + Node"

    def start(self, transport):
        self.node = Node(self.directory, self.certificate, self.cpus).start("tcp")
        try:
            return super().start(transport)
        except RuntimeError:
            self.node.stop()
            raise

    def command(self, transport, port):
        template = (HERE / "Rival" / "nginx.conf").read_text()
        configuration = self.directory / f"nginx-{port}.conf"
        configuration.write_text(template.format(
            directory=self.directory, address=ADDRESS, port=port, signaling=self.node.port,
            chain=self.certificate.chain, key=self.certificate.key, root=web_root(self.directory),
        ))  # fmt: skip
        return ["nginx", "-c", configuration, "-e", self.directory / "nginx-start.log"]

    def stop(self):
        super().stop()
        self.node.stop()

    @property
    def pids(self):
        workers = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return [self.pid, *workers, self.node.pid]


class SmallWebSwiftTURN(SmallCertificateServer, WebSwiftTURN):
    pass


class SmallNginxNode(SmallCertificateServer, NginxNode):
    pass
