# SPDX-License-Identifier: Apache-2.0
"""The blocks of docs/integrations.md, and a server that is set up as the page says."""

import re

from support.server import REPOSITORY, WEB_ROOT, binary

from interop.binding import answers_udp
from interop.cases import TCP, TLS, UDP
from interop.ports import RELAY_PORTS, free_port
from interop.program import Program

PAGE = (REPOSITORY / "docs" / "integrations.md").read_text()
# What is as secret as the one that the page tells to make.
SECRET = "6f1c2f0c7d1e4a5b8c9d0e1f2a3b4c5d"
# Where the peers of the tests are.
OPEN_RELAY = {
    "203.0.113.5": "127.0.0.1",
    "relay: open\n": 'relay: open\nallow-peer: ["127.0.0.0/8"]\nrelay-ports: {}-{}\n'.format(*RELAY_PORTS),
}
OPEN_LINES = re.compile(r"(?m)^(#|relay:|relay-address:).*\n")


def block(heading, language):
    """The first block of code of this language below the heading."""
    section = PAGE.split(f"\n{heading}\n", 1)[1]
    return re.search(rf"```{language}\n(.*?)```", section, re.DOTALL)[1]


def replaced(text, replacements):
    """Each text must be there: the page and the tests must not part."""
    for old, new in replacements.items():
        assert old in text, f"the page does not say {old!r} any more:\n{text}"
        text = text.replace(old, str(new))
    return text


class DocumentedServer:
    """With the page's configuration, at the loopback address and with a certificate of the tests."""

    def __init__(self, directory, authority, is_open):
        self.authority = authority
        self.is_open = is_open
        self.ports = {TLS: free_port()}
        self.ports[UDP] = self.ports[TCP] = free_port()
        self.secret_file = directory / "secret"
        self.secret_file.write_text(SECRET + "\n")
        self.secret_file.chmod(0o600)
        file = directory / "swiftturn.yaml"
        file.write_text(self.configuration(block("## The server", "yaml")))
        self.program = Program(directory, binary(), "serve", "--config", file)

    def configuration(self, text):
        certificate, key = self.authority.leaf("localhost")
        places = {
            '"0.0.0.0:443"': f'"127.0.0.1:{self.ports[TLS]}"',
            "udp:0.0.0.0:3478": f"udp:127.0.0.1:{self.ports[UDP]}",
            "tcp:0.0.0.0:3478": f"tcp:127.0.0.1:{self.ports[TCP]}",
            "domain: turn.example.com\nacme-email: me@example.com":
                f'call-host: localhost\ncertificate: ["{certificate}"]\nprivate-key: ["{key}"]',
            "/etc/swiftturn/secret": self.secret_file,
        }  # fmt: skip
        text = replaced(text, places | OPEN_RELAY) if self.is_open else replaced(OPEN_LINES.sub("", text), places)
        return f"{text}web-root: {WEB_ROOT}\ndrain-seconds: 1\n"

    def here(self, text):
        """A text of the page with this server's places and secret."""
        text = (
            text.replace("turn.example.com:443", f"localhost:{self.ports[TLS]}")
            .replace("turn.example.com:3478", f"127.0.0.1:{self.ports[UDP]}")
            .replace("THE-SECRET", SECRET)
        )
        assert SECRET in text or "localhost" in text, f"the page says something else:\n{text}"
        assert "example.com" not in text, f"the page says something else:\n{text}"
        return text

    def port(self, transport):
        return self.ports[transport]

    secret_port = port

    def start(self):
        self.program.start(lambda: answers_udp("127.0.0.1", self.ports[UDP]))
        return self

    def stop(self):
        self.program.stop()
