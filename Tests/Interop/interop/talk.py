# SPDX-License-Identifier: Apache-2.0
"""What Nextcloud Talk (nextcloud/spreed) makes of its settings, done anew, and the signaling server beside it."""

import base64
import hashlib
import hmac
import json
import secrets
import shlex
import time
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass

from interop.ports import free_port
from interop.program import Program, Service

SCHEMES, PROTOCOLS = ("turn", "turns", "turn,turns"), ("tcp", "udp", "udp,tcp")
DAY = 24 * 3600
SIGNALING = """
[http]
listen = 127.0.0.1:{port}
[sessions]
hashkey = 0123456789abcdef0123456789abcdef
blockkey = 0123456789abcdef0123456789abcdef
[clients]
internalsecret = of no worth
[backend]
allowall = false
[nats]
url = :loopback:
"""


@dataclass(frozen=True)
class Entry:
    """A TURN server of Talk's settings, as lib/Command/Turn/Add.php takes it."""

    schemes: str
    server: str
    protocols: str
    secret: str

    def __post_init__(self):
        assert self.schemes in SCHEMES and self.protocols in PROTOCOLS and self.secret and "://" not in self.server

    @property
    def urls(self):
        """As src/components/AdminSettings/TurnServer.vue joins them, and calls likewise."""
        schemes, protocols = self.schemes.split(","), self.protocols.split(",")
        return [f"{scheme}:{self.server}?transport={protocol}" for scheme in schemes for protocol in protocols]

    def credential(self, name, lifetime):
        """OCA\\Talk\\Config::getTurnSettings, with a random name and a day; the check has its own of both."""
        username = f"{int(time.time()) + lifetime}:{name}"
        mac = hmac.new(self.secret.encode(), username.encode(), hashlib.sha1).digest()
        return username, base64.b64encode(mac).decode()

    def of_a_call(self):
        return self.credential(secrets.token_urlsafe(12), DAY)


def entries(commands):
    """Those that `occ talk:turn:add` makes."""
    for line in commands.splitlines():
        words = shlex.split(line)
        if words[:3] == ["php", "occ", "talk:turn:add"]:
            schemes, server, protocols, option = words[3:]
            yield Entry(schemes, server, protocols, option.removeprefix("--secret="))


class SignalingServer(Service):
    """Debian's nextcloud-spreed-signaling."""

    def __init__(self, directory, addition):
        self.port = free_port()
        file = directory / "server.conf"
        file.write_text(SIGNALING.format(port=self.port) + addition)
        self.program = Program(directory, "nextcloud-spreed-signaling-server", "-config", file)

    def answers(self):
        try:
            return self.credentials("")
        except urllib.error.HTTPError:
            return True
        except urllib.error.URLError:
            return False

    def credentials(self, key):
        """As Janus asks: the key is in `api`."""
        query = urllib.parse.urlencode({"service": "turn", "api": key})
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/turn/credentials?{query}", timeout=10) as answer:
            return json.load(answer)
