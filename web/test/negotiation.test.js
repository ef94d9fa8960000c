// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { Negotiation, sessionId } from "../negotiation.js";
import { FakePeerConnection } from "./fakes/peer-connection.js";

const OFFER = { type: "offer", sdp: "v=0\r\no=- 42 1 IN IP4 127.0.0.1\r\ns=-\r\n" };
const ANSWER = { ...OFFER, type: "answer" };

function make({ polite }) {
  const connection = new FakePeerConnection({});
  const sent = [];
  const negotiation = new Negotiation(connection, { polite, send: (message) => sent.push(message), beforeAnswer() {} });
  return { connection, negotiation, sent };
}

test("an answer to an offer that was rolled back is passed over", async () => {
  const { connection, negotiation } = make({ polite: true });
  await negotiation.offer();
  await negotiation.receive(OFFER);
  await negotiation.receive(ANSWER);
  assert.deepEqual(connection.remoteDescription, OFFER);
  assert.equal(connection.signalingState, "stable");
});

test("candidates of an offer that was ignored are no error, others are", async () => {
  const { negotiation } = make({ polite: false });
  await assert.rejects(negotiation.addCandidate({ candidate: "candidate:1" }));
  await negotiation.offer();
  await negotiation.receive(OFFER);
  await negotiation.addCandidate({ candidate: "candidate:1" });
});

test("an offer of ours that is still being made counts as crossing", async () => {
  const { negotiation, sent } = make({ polite: false });
  const making = negotiation.offer();
  await negotiation.receive(OFFER);
  await making;
  assert.deepEqual(sent.map(({ type }) => type), ["offer"]);
});

test("a connection closed meanwhile sends nothing", async () => {
  const { connection, negotiation, sent } = make({ polite: false });
  const set = connection.setLocalDescription.bind(connection);
  connection.setLocalDescription = async () => {
    await set();
    connection.close();
  };
  await negotiation.offer();
  assert.deepEqual(sent, []);
});

test("the session id is the second field of the origin line", () => {
  assert.equal(sessionId(OFFER), "42");
  assert.equal(sessionId({ type: "offer", sdp: "o=mozilla...THIS_IS_SDPARTA-99.0 77 0 IN IP4 0.0.0.0" }), "77");
  assert.equal(sessionId({ type: "offer", sdp: "" }), "");
  assert.equal(sessionId(null), "");
});
