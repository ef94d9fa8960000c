# SPDX-License-Identifier: Apache-2.0
"""Signaling messages, held against docs/signaling-protocol.schema.json."""

import copy
import json
from pathlib import Path

from jsonschema import Draft202012Validator

from support.websocket import frame, open_socket, read_json

DOCUMENTS = Path(__file__).resolve().parents[3] / "docs"
SCHEMA = json.loads((DOCUMENTS / "signaling-protocol.schema.json").read_text())


def validator(kind, strict=False):
    """`strict` refuses fields that the schema does not name, which readers of a message have to ignore."""
    schema = copy.deepcopy(SCHEMA)
    if strict:
        for name, definition in schema["$defs"].items():
            if name.startswith(("client-", "server-")) or name in ("member", "iceServer"):
                definition["unevaluatedProperties"] = False
    return Draft202012Validator({"$ref": f"#/$defs/{kind}", "$defs": schema["$defs"]})


def types(kind):
    return {name.split("-", 1)[1] for name in SCHEMA["$defs"] if name.startswith(f"{kind}-")}


CLIENT = validator("clientMessage")
OUR_CLIENT = validator("clientMessage", strict=True)
SERVER = validator("serverMessage", strict=True)


def check(said, heard):
    """Whether messages of our page and of our server are what the schema says, and nothing more."""
    for message in said:
        OUR_CLIENT.validate(message)
    for message in heard:
        SERVER.validate(message)


class Member:
    """A client without a browser: everything that it hears is held against the schema."""

    def __init__(self, connection, port):
        self.connection = connection
        self.said = []
        self.heard = []
        open_socket(connection, f"localhost:{port}")

    def say(self, kind, **fields):
        message = {"type": kind, **fields}
        CLIENT.validate(message)
        self.say_anything(message)

    def say_anything(self, message):
        self.said.append(message)
        self.connection.send(frame(json.dumps(message).encode()))

    def hear(self, kind=None, **fields):
        """The next message, which is of this type and has these fields among others."""
        message = read_json(self.connection)
        SERVER.validate(message)
        self.heard.append(message)
        assert kind in (None, message["type"]), message
        assert fields.items() <= message.items(), message
        return message

    def join(self, room="default", **fields):
        self.say("join", room=room, **fields)
        self.joined = self.hear("joined")
        self.id = self.joined["peerId"]
        return self.joined

    def refuses(self, code):
        return self.hear("error", code=code)
