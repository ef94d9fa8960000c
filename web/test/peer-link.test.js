// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { sessionId } from "../negotiation.js";
import { PeerLink } from "../peer-link.js";
import { FakeClock, settle } from "./fakes/clock.js";
import { FakePeerConnection, fakeStream } from "./fakes/peer-connection.js";

/** What the polite side, which offers first in these tests, waits before it starts over. */
const POLITE_GRACE = 1500;

let clock;

beforeEach(() => {
  FakePeerConnection.all = [];
  clock = new FakeClock();
});

/** A link, the connections it made, and what it sent. */
function makeLink(options = {}) {
  const side = { sent: [], states: [], connections: [], refreshes: 0, signalingAlive: true };
  side.link = new PeerLink({
    polite: false,
    initiator: true,
    stream: fakeStream(),
    videoMuted: false,
    screen: null,
    reachable: true,
    configuration: { iceServers: [] },
    createConnection: (configuration) => {
      side.connections.push(new FakePeerConnection(configuration));
      return side.connections.at(-1);
    },
    send: (message) => side.sent.push(message),
    refresh: async () => {
      side.refreshes += 1;
      if (!side.signalingAlive) throw new Error("signaling is away");
    },
    onTrack: () => {},
    onState: (state) => side.states.push(state),
    clock,
    ...options,
  });
  Object.defineProperty(side, "connection", { get: () => side.connections.at(-1) });
  return side;
}

/** Carries messages both ways until there are none. */
async function exchange(a, b) {
  await settle();
  for (let round = 0; a.sent.length + b.sent.length > 0; round += 1) {
    assert.ok(round < 20, "the sides chase each other");
    for (const message of a.sent.splice(0)) await b.link.receive(message);
    for (const message of b.sent.splice(0)) await a.link.receive(message);
    await settle();
  }
}

async function connectedPair() {
  const offering = makeLink({ polite: true });
  const answering = makeLink({ polite: false, initiator: false });
  await exchange(offering, answering);
  offering.connection.becomes("connected");
  answering.connection.becomes("connected");
  return [offering, answering];
}

test("the initiator offers, the other side answers and only then attaches its tracks", async () => {
  const offering = makeLink();
  const answering = makeLink({ initiator: false });
  await settle();
  assert.deepEqual(offering.sent.map(({ type, sdp }) => [type, sdp.type]), [["offer", "offer"]]);
  assert.equal(answering.sent.length, 0);
  assert.equal(answering.connection.transceivers.length, 0);
  await exchange(offering, answering);
  assert.equal(answering.connection.transceivers.length, 2);
  for (const side of [offering, answering]) assert.equal(side.connection.signalingState, "stable");
});

test("candidates trickle, the end of them included", async () => {
  const [offering, answering] = await connectedPair();
  offering.connection.onicecandidate({ candidate: { candidate: "candidate:1" } });
  offering.connection.onicecandidate({ candidate: null });
  assert.deepEqual(offering.sent.map(({ candidate }) => candidate), [{ candidate: "candidate:1" }, null]);
  await exchange(offering, answering);
  assert.deepEqual(answering.connection.candidates, [{ candidate: "candidate:1" }, undefined]);
});

test("crossing offers: the impolite one wins, both end stable with the same pair of descriptions", async () => {
  const [polite, impolite] = await connectedPair();
  polite.connection.restartIce();
  impolite.connection.restartIce();
  await settle();
  assert.equal(polite.sent[0].type, "offer");
  assert.equal(impolite.sent[0].type, "offer");
  const winner = impolite.sent[0].sdp;
  await exchange(polite, impolite);
  assert.deepEqual(polite.connection.remoteDescription, winner);
  assert.equal(polite.connection.localDescription.type, "answer");
  for (const side of [polite, impolite]) {
    assert.equal(side.connection.signalingState, "stable");
    assert.equal(side.connections.length, 1);
  }
});

test("crossing first offers: who has no camera leaves no section for it behind", async () => {
  const offer = { type: "offer", sdp: { type: "offer", sdp: "o=- 1234567 1 IN IP4 127.0.0.1" } };
  for (const [polite, kinds, made] of [[true, ["audio"], 2], [true, ["audio", "video"], 1], [false, ["audio"], 1]]) {
    const { link, connections } = makeLink({ polite, stream: fakeStream(kinds) });
    await settle();
    await link.receive(offer);
    assert.equal(connections.length, made);
  }
});

test("a failed connection gets fresh servers first and an ICE restart then", async () => {
  const [offering] = await connectedPair();
  let order = [];
  offering.connection.restartIce = () => order.push(`restart after ${offering.refreshes} refresh`);
  offering.connection.becomes("failed");
  await clock.advance(POLITE_GRACE);
  assert.deepEqual(order, ["restart after 1 refresh"]);
  assert.deepEqual(offering.states, ["connected", "reconnecting"]);
  offering.connection.becomes("connected");
  assert.equal(offering.link.state, "connected");
  await clock.advance(60_000);
  assert.equal(order.length, 1);
  offering.connection.becomes("failed");
  await clock.advance(POLITE_GRACE);
  assert.equal(order.length, 2, "the next failure is met as promptly as the first");
});

test("disconnected: 2 s of grace, 3.5 s on the polite side, nothing when it heals", async () => {
  const [polite, impolite] = await connectedPair();
  polite.connection.becomes("disconnected");
  impolite.connection.becomes("disconnected");
  await clock.advance(1999);
  assert.equal(impolite.connection.restarts, 0);
  await clock.advance(1);
  assert.equal(impolite.connection.restarts, 1);
  assert.equal(polite.connection.restarts, 0);
  polite.connection.becomes("connected");
  await clock.advance(5000);
  assert.equal(polite.connection.restarts, 0);
});

test("after two restarts in vain the connection is made anew with newer servers; the far end follows", async () => {
  const [left, right] = await connectedPair();
  const old = left.connection;
  old.becomes("failed");
  await clock.advance(POLITE_GRACE);
  await clock.advance(6000);
  assert.equal(old.restarts, 2);
  left.link.configure({ iceServers: [{ urls: "turns:fresh" }] });
  left.sent.length = 0;
  await clock.advance(12_000);
  assert.equal(left.connections.length, 2);
  assert.ok(old.closed);
  assert.deepEqual(left.connection.configuration, { iceServers: [{ urls: "turns:fresh" }] });
  await exchange(left, right);
  assert.equal(right.connections.length, 2);
  assert.ok(right.connections[0].closed);
  assert.equal(left.connection.signalingState, "stable");
  assert.equal(right.connection.signalingState, "stable");
  left.connection.becomes("connected");
  assert.equal(left.states.at(-1), "connected");
});

test("a rebuild that crosses a restart of the far end settles within seconds", async () => {
  const [left, right] = await connectedPair();
  left.connection.becomes("connected", "failed");
  right.connection.restartIce();
  await clock.advance(0);
  for (let round = 0; round < 5; round += 1) {
    await exchange(left, right);
    await clock.advance(1000);
  }
  const ids = (side) => [side.connection.localDescription, side.connection.remoteDescription].map(sessionId);
  assert.deepEqual(ids(left), ids(right).reverse());
  for (const side of [left, right]) {
    assert.equal(side.connection.signalingState, "stable");
    assert.ok(side.connections.length <= 4, "no chase");
  }
});

test("an answer that does not fit starts over, but not before everything under way has come", async () => {
  const [left] = await connectedPair();
  await left.link.receive({ type: "answer", sdp: { type: "answer", sdp: "o=- 1234567 1 IN IP4 127.0.0.1" } });
  await clock.advance(999);
  assert.equal(left.connections.length, 1);
  await clock.advance(1);
  assert.equal(left.connections.length, 2);
  assert.equal(left.sent.at(-1).type, "offer");
});

test("without signaling nothing is restarted; the attempts go on", async () => {
  const [offering] = await connectedPair();
  offering.signalingAlive = false;
  offering.connection.becomes("failed");
  await clock.advance(0);
  assert.equal(offering.connection.restarts, 0);
  offering.signalingAlive = true;
  await clock.advance(6000);
  assert.equal(offering.connection.restarts, 1);
});

test("a DTLS failure is not met with ICE restarts", async () => {
  const [offering] = await connectedPair();
  offering.connection.becomes("connected", "failed");
  await clock.advance(POLITE_GRACE);
  assert.equal(offering.connections.length, 2);
});

test("DTLS that fails together with ICE is not met with ICE restarts either", async () => {
  const [offering] = await connectedPair();
  offering.connection.dtlsTransport.state = "failed";
  offering.connection.becomes("failed");
  await clock.advance(POLITE_GRACE);
  assert.equal(offering.connection.restarts, 0);
  assert.equal(offering.connections.length, 2);
});

test("a connection whose DTLS had failed is not trusted when ICE comes back by the far end's restart", async () => {
  const [offering] = await connectedPair();
  const [first] = offering.connections;
  first.dtlsTransport.state = "failed";
  first.becomes("failed");
  first.dtlsTransport.state = "connected";
  first.becomes("connected");
  assert.deepEqual(offering.states.slice(-1), ["reconnecting"]);
  await clock.advance(1000);
  assert.ok(first.closed);
  offering.connection.becomes("connected");
  assert.deepEqual(offering.states.slice(-1), ["connected"]);
});

test("a connection that failed because its relay is gone gets an ICE restart, from one side alone", async () => {
  const [polite, impolite] = await connectedPair();
  for (const side of [polite, impolite]) side.connection.becomes("disconnected", "failed");
  await clock.advance(2000);
  assert.equal(impolite.connection.restarts, 1);
  assert.equal(polite.connection.restarts, 0);
  assert.deepEqual([polite.connections.length, impolite.connections.length], [1, 1]);
});

test("a peer that never offers is offered to after 15 s", async () => {
  const waiting = makeLink({ initiator: false });
  await clock.advance(14_999);
  assert.equal(waiting.sent.length, 0);
  await clock.advance(1);
  await settle();
  assert.equal(waiting.sent[0]?.type, "offer");
  assert.deepEqual(waiting.states, [], "still connecting");
});

test("of two who never connect the impolite one begins anew, and the polite one follows", async () => {
  const polite = makeLink({ polite: true });
  const impolite = makeLink({ initiator: false });
  await exchange(polite, impolite);
  await clock.advance(15_000);
  assert.deepEqual([polite.refreshes, impolite.refreshes], [0, 1]);
  await clock.advance(POLITE_GRACE);
  assert.equal(polite.refreshes, 1);
});

test("what the far end made anew while servers were fetched is left alone", async () => {
  let arrive;
  const left = makeLink({ refresh: () => new Promise((resolve) => (arrive = resolve)), initiator: false });
  const right = makeLink({ polite: true });
  await exchange(left, right);
  await clock.advance(15_000);
  const anew = makeLink({ polite: true });
  await exchange(left, anew);
  assert.equal(left.connections.length, 2);
  arrive();
  await settle();
  assert.equal(left.connections.length, 2);
  assert.deepEqual([left.sent, left.connection.restarts], [[], 0]);
});

test("muted video is not sent, and that is negotiated", async () => {
  const muted = makeLink({ videoMuted: true });
  const directions = (side) => side.connection.transceivers.map((transceiver) => transceiver.direction);
  assert.deepEqual(directions(muted), ["sendrecv", "recvonly"]);
  muted.link.setVideoMuted(false);
  assert.deepEqual(directions(muted), ["sendrecv", "sendrecv"]);
});

test("nonsense from the far end breaks nothing", async () => {
  const [offering] = await connectedPair();
  await offering.link.receive({ type: "answer", sdp: { type: "answer", sdp: "" } });
  await offering.link.receive({ type: "offer", sdp: null });
  await makeLink({ initiator: false }).link.receive({ type: "ice-candidate", candidate: { candidate: "early" } });
});

test("a closed link closes its connection and leaves no timer behind", async () => {
  const [offering, answering] = await connectedPair();
  offering.connection.becomes("disconnected");
  offering.link.close();
  answering.link.close();
  assert.ok(offering.connection.closed);
  assert.equal(clock.pending, 0);
});

const directions = ({ connection }) => connection.transceivers.map(({ direction }) => direction);
const sentTracks = ({ connection }) => connection.transceivers.map(({ sender }) => sender.track);

test("a screen has sections of its own, which stay for the next one", async () => {
  const [offering, answering] = await connectedPair();
  const screen = fakeStream(["audio", "video"]);
  offering.link.setScreen(screen);
  await settle();
  assert.deepEqual(offering.sent.map(({ type }) => type), ["offer"]);
  assert.deepEqual(directions(offering), ["sendrecv", "sendrecv", "sendonly", "sendonly"]);
  assert.deepEqual(new Set(sentTracks(offering).slice(2)), new Set(screen.getTracks()));
  await exchange(offering, answering);
  offering.link.setScreen(null);
  await settle();
  assert.deepEqual(offering.sent.map(({ type }) => type), ["offer"]);
  assert.deepEqual(directions(offering), ["sendrecv", "sendrecv", "inactive", "inactive"]);
  assert.deepEqual(sentTracks(offering).slice(2), [null, null]);
  await exchange(offering, answering);
  const window = fakeStream(["video"]);
  offering.link.setScreen(window);
  await settle();
  assert.deepEqual(directions(offering), ["sendrecv", "sendrecv", "sendonly", "inactive"]);
  assert.equal(sentTracks(offering)[2], window.getTracks()[0]);
});

test("muting the camera leaves the screen alone", async () => {
  const [offering] = await connectedPair();
  offering.link.setScreen(fakeStream(["video"]));
  offering.link.setVideoMuted(true);
  assert.deepEqual(directions(offering), ["sendrecv", "recvonly", "sendonly"]);
  offering.link.setVideoMuted(false);
  assert.deepEqual(directions(offering), ["sendrecv", "sendrecv", "sendonly"]);
});

test("who shares a screen shows it to a newcomer after answering, never in the place of a camera", async () => {
  const offering = makeLink({ polite: true });
  const screen = fakeStream(["video"]);
  const answering = makeLink({ initiator: false, screen });
  answering.link.setScreen(screen);
  assert.equal(answering.connection.transceivers.length, 0, "the first sections are those of the first offer");
  await settle();
  await answering.link.receive(offering.sent.shift());
  await settle();
  assert.deepEqual(sentTracks(answering).map((track) => track?.kind), ["audio", "video", "video"]);
  assert.equal(sentTracks(answering)[2], screen.getTracks()[0]);
});

test("a newcomer who shares offers devices first, also without any", async () => {
  const { connection } = makeLink({ stream: fakeStream([]), screen: fakeStream(["video"]) });
  const kinds = connection.transceivers.map(({ receiver, sender }) => [receiver.track.kind, sender.track !== null]);
  assert.deepEqual(kinds, [["audio", false], ["video", false], ["video", true]]);
});

test("a connection made anew shows the screen again", async () => {
  const [offering] = await connectedPair();
  offering.link.setScreen(fakeStream(["video"]));
  offering.connection.becomes("connected", "failed");
  clock.advance(POLITE_GRACE);
  await settle();
  assert.equal(offering.connections.length, 2);
  assert.deepEqual(directions(offering), ["sendrecv", "sendrecv", "sendonly"]);
});

test("what arrives is told apart by its section", async () => {
  const arrived = [];
  const { connection } = makeLink({ onTrack: (track, source) => arrived.push([track.kind, source]) });
  connection.addTransceiver("video", { direction: "recvonly" });
  connection.addTransceiver("audio", { direction: "recvonly" });
  for (const transceiver of connection.transceivers) {
    connection.ontrack({ track: transceiver.receiver.track, transceiver });
  }
  assert.deepEqual(arrived, [["audio", "person"], ["video", "person"], ["video", "screen"], ["audio", "screen"]]);
});

test("while nobody would answer nothing is tried, and what flows is left alone afterwards", async () => {
  const [polite, impolite] = await connectedPair();
  for (const side of [polite, impolite]) side.link.setReachable(false);
  impolite.connection.becomes("failed");
  await clock.advance(120_000);
  assert.equal(impolite.connection.restarts + impolite.refreshes, 0);
  for (const side of [polite, impolite]) side.link.setReachable(true);
  await clock.advance(299);
  assert.equal(impolite.connection.restarts, 0, "what was kept for us comes first");
  await clock.advance(1);
  assert.equal(impolite.connection.restarts, 1);
  await clock.advance(60_000);
  assert.equal(polite.connection.restarts, 0);
});
