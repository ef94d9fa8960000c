# SPDX-License-Identifier: Apache-2.0
"""A homeserver (Synapse) of its own, with what the page adds to its configuration."""

import json
import sys
import urllib.error
import urllib.request

from interop.ports import free_port
from interop.program import Program, Service

# What a homeserver needs beside; hashing of passwords is cheap, since none is worth anything.
CONFIGURATION = """
server_name: example.test
listeners:
  - {{port: {port}, type: http, bind_addresses: [127.0.0.1], resources: [{{names: [client]}}]}}
database: {{name: sqlite3, args: {{database: "{directory}/homeserver.db"}}}}
media_store_path: "{directory}/media"
signing_key_path: "{directory}/signing.key"
enable_registration: true
enable_registration_without_verification: true
bcrypt_rounds: 4
trusted_key_servers: []
report_stats: false
"""


class Synapse(Service):
    def __init__(self, directory, addition):
        self.port = free_port()
        file = directory / "homeserver.yaml"
        file.write_text(CONFIGURATION.format(port=self.port, directory=directory) + addition)
        (directory / "signing.key").write_text("ed25519 test " + "A" * 43 + "\n")
        self.program = Program(directory, sys.executable, "-m", "synapse.app.homeserver", "--config-path", file)

    def answers(self):
        try:
            return self.ask("versions")
        except urllib.error.URLError:
            return None

    def turn_server(self, user):
        """Registers this user, and asks for credentials as clients do before a call."""
        registration = {"username": user, "password": "of no worth", "auth": {"type": "m.login.dummy"}}
        token = self.ask("v3/register", json.dumps(registration).encode())["access_token"]
        return self.ask("v3/voip/turnServer", token=token)

    def ask(self, path, body=None, token=None):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/_matrix/client/{path}", body, headers)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)
