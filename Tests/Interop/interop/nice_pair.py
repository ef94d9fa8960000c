# SPDX-License-Identifier: Apache-2.0
"""Two libnice agents in one process that reach each other only through TURN.

Runs under the system's Python, whose bindings (python3-gi, gir1.2-nice-0.1) are not on PyPI:
`nice_pair.py UDP|TCP|TLS ADDRESS PORT`, user and password in TURN_USER and TURN_PASSWORD. Prints what arrived as JSON.
"""

import json
import os
import sys

import gi

gi.require_version("Nice", "0.1")
from gi.repository import GLib, Nice  # noqa: E402

COMPONENT = 1
MESSAGES = 50
TIMEOUT_SECONDS = 20


class Agent:
    """Reliable agents frame and repeat by themselves, and are the only ones whose data the bindings can read."""

    def __init__(self, name, relay, controlling):
        self.name = name
        self.received = b""
        self.agent = Nice.Agent.new_reliable(GLib.MainContext.default(), Nice.Compatibility.RFC5245)
        self.agent.set_property("controlling-mode", controlling)
        self.agent.set_property("force-relay", True)
        self.agent.set_property("upnp", False)
        # Loopback is not among the addresses that it would find by itself.
        local = Nice.Address()
        local.set_from_string(relay[0])
        self.agent.add_local_address(local)
        self.stream = self.agent.add_stream(COMPONENT)
        self.agent.set_relay_info(self.stream, COMPONENT, *relay)
        pipe = self.agent.get_io_stream(self.stream, COMPONENT)
        self.input, self.output = pipe.get_input_stream(), pipe.get_output_stream()
        # Without a reader it reads nothing from its sockets, answers of the TURN server included.
        self.listen()

    @property
    def candidates(self):
        return self.agent.get_local_candidates(self.stream, COMPONENT)

    def meet(self, other):
        _, fragment, password = other.agent.get_local_credentials(other.stream)
        self.agent.set_remote_credentials(self.stream, fragment, password)
        self.agent.set_remote_candidates(self.stream, COMPONENT, other.candidates)

    def talk(self):
        self.output.write_all(self.text, None)

    @property
    def text(self):
        return b"".join(b"%s %d\n" % (self.name.encode(), number) for number in range(MESSAGES))

    def listen(self):
        self.input.read_bytes_async(65536, GLib.PRIORITY_DEFAULT, None, self.heard)

    def heard(self, stream, result):
        self.received += stream.read_bytes_finish(result).get_data()
        self.listen()


class Pair:
    def __init__(self, relay):
        self.loop = GLib.MainLoop()
        self.agents = [Agent("left", relay, True), Agent("right", relay, False)]
        self.gathered = set()
        self.ready = set()
        self.states = []
        for agent in self.agents:
            agent.agent.connect("candidate-gathering-done", self.on_gathered, agent)
            agent.agent.connect("component-state-changed", self.on_state, agent)
            agent.agent.connect("reliable-transport-writable", self.on_writable, agent)

    def run(self):
        for agent in self.agents:
            agent.agent.gather_candidates(agent.stream)
        GLib.timeout_add(20, self.is_unfinished)
        GLib.timeout_add_seconds(TIMEOUT_SECONDS, self.loop.quit)
        self.loop.run()

    def on_gathered(self, _agent, _stream, agent):
        self.gathered.add(agent.name)
        if len(self.gathered) == len(self.agents):
            left, right = self.agents
            left.meet(right)
            right.meet(left)

    def on_state(self, _agent, _stream, _component, state, agent):
        self.states.append(f"{agent.name} {Nice.component_state_to_string(Nice.ComponentState(state))}")

    def on_writable(self, _agent, _stream, _component, agent):
        if agent.name not in self.ready:
            self.ready.add(agent.name)
            agent.talk()

    @property
    def delivered(self):
        left, right = self.agents
        return left.received == right.text and right.received == left.text

    def is_unfinished(self):
        if self.delivered:
            self.loop.quit()
        return not self.delivered


def main(kind, address, port):
    relay = (address, int(port), os.environ["TURN_USER"], os.environ["TURN_PASSWORD"], getattr(Nice.RelayType, kind))
    pair = Pair(relay)
    pair.run()
    types = [candidate.type.value_nick for agent in pair.agents for candidate in agent.candidates]
    print(json.dumps({"delivered": pair.delivered, "candidates": types, "states": pair.states}))


if __name__ == "__main__":
    main(*sys.argv[1:])
