// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { rtcConfiguration } from "../ice.js";
import { introduction, parseServerMessage } from "../protocol.js";

test("what is no known message is nothing", () => {
  for (const text of ["", "{", "null", "7", "[]", '"joined"', "{}", '{"type":"later-invention"}', new ArrayBuffer(2)]) {
    assert.equal(parseServerMessage(text), null);
  }
  assert.deepEqual(parseServerMessage('{"type":"peer-left","peerId":"a"}'), { type: "peer-left", peerId: "a" });
});

test("only turns: addresses reach the browser", () => {
  const { iceServers } = rtcConfiguration({
    iceServers: [
      { urls: "stun:turn.test:443" },
      {
        urls: ["turns:turn.test:443?transport=tcp", "turn:turn.test:443?transport=udp"],
        username: "u",
        credential: "c",
      },
    ],
    iceTransportPolicy: "relay",
    lifetime: 60,
  });
  assert.deepEqual(iceServers, [{ urls: ["turns:turn.test:443?transport=tcp"], username: "u", credential: "c" }]);
});

test("the policy is the server's; an unknown one counts as relay", () => {
  const policy = (iceTransportPolicy) => rtcConfiguration({ iceServers: [], iceTransportPolicy, lifetime: 1 });
  assert.equal(policy("all").iceTransportPolicy, "all");
  assert.equal(policy("relay").iceTransportPolicy, "relay");
  assert.equal(policy(undefined).iceTransportPolicy, "relay");
});

test("who has a PIN gives it, who has none may ask", () => {
  const state = { name: "Ana", audio: true };
  const said = { ...state, congestion: true };
  assert.deepEqual(introduction(state, "", false), said);
  assert.deepEqual(introduction(state, "", true), { ...said, knock: true });
  // Admitted once, and later the host who has set a PIN: coming back must not end at the door.
  assert.deepEqual(introduction(state, "2468", true), { ...said, pin: "2468" });
});
