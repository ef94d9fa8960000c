// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Call, callStatus } from "../call.js";
import { FakeClock, settle } from "./fakes/clock.js";
import { FakePeerConnection, fakeStream } from "./fakes/peer-connection.js";

const GRANT = { iceServers: [{ urls: ["turns:turn.test:443"] }], iceTransportPolicy: "relay", lifetime: 600 };

let call, signaling, events, statuses, options;

beforeEach(() => {
  FakePeerConnection.all = [];
  [events, statuses] = [[], []];
  signaling = {
    state: "connecting",
    sent: [],
    send: (message) => signaling.sent.push(message),
    refresh: async () => {},
  };
  options = {
    stream: fakeStream(),
    signaling,
    createConnection: (configuration) => new FakePeerConnection(configuration),
    observer: {
      status: (status) => statuses.push(status),
      peerAdded: (id) => events.push(`+${id}`),
      peerRemoved: (id) => events.push(`-${id}`),
      peerState: (id, state) => events.push(`${id} ${state}`),
      peerTrack: (id, track) => events.push(`${id} ${track.kind}`),
    },
    clock: new FakeClock(),
  };
  call = new Call(options);
});

function joined(peerId, peers) {
  call.receive({ type: "joined", peerId, peers, ...GRANT });
  signaling.state = "joined";
  call.signalingChanged();
}

test("the newcomer offers to everyone who is there, with the servers it was given", async () => {
  joined("m", ["a", "z"]);
  await settle();
  assert.deepEqual(events, ["+a", "+z"]);
  assert.deepEqual(signaling.sent.map(({ type, target }) => `${type} ${target}`), ["offer a", "offer z"]);
  for (const { configuration } of FakePeerConnection.all) {
    assert.equal(configuration.iceTransportPolicy, "relay");
    assert.deepEqual(configuration.iceServers, GRANT.iceServers);
  }
});

test("who was there before waits for the newcomer's offer and answers it", async () => {
  joined("m", []);
  call.receive({ type: "peer-joined", peerId: "n" });
  await settle();
  assert.deepEqual(events, ["+n"]);
  assert.equal(signaling.sent.length, 0);
  call.receive({ type: "offer", from: "n", sdp: { type: "offer", sdp: "o=- 9 1 IN IP4 127.0.0.1" } });
  await settle();
  assert.deepEqual(signaling.sent.map(({ type, target }) => `${type} ${target}`), ["answer n"]);
});

test("when offers cross, the smaller id yields", async () => {
  const crossing = { type: "offer", sdp: { type: "offer", sdp: "o=- 9 1 IN IP4 127.0.0.1" } };
  joined("m", ["a", "z"]);
  await settle();
  signaling.sent.length = 0;
  call.receive({ ...crossing, from: "a" });
  call.receive({ ...crossing, from: "z" });
  await settle();
  assert.deepEqual(signaling.sent.map(({ type, target }) => `${type} ${target}`), ["answer z"]);
});

test("a peer that left is closed and removed; what still comes from it is passed over", () => {
  joined("m", ["a"]);
  call.receive({ type: "peer-left", peerId: "a" });
  assert.deepEqual(events, ["+a", "-a"]);
  assert.ok(FakePeerConnection.all[0].closed);
  call.receive({ type: "ice-candidate", from: "a", candidate: null });
  call.receive({ type: "peer-left", peerId: "a" });
  assert.deepEqual(events, ["+a", "-a"]);
});

test("signaling lost: connections stay until joined again, then all are replaced", () => {
  joined("m", ["a"]);
  signaling.state = "reconnecting";
  call.signalingChanged();
  assert.equal(statuses.at(-1), "reconnecting");
  assert.ok(!FakePeerConnection.all[0].closed);
  joined("m2", ["a2"]);
  assert.ok(FakePeerConnection.all[0].closed);
  assert.deepEqual(events, ["+a", "-a", "+a2"]);
});

test("our own ghost among the peers is nobody", () => {
  joined("m", []);
  joined("m2", ["m", "b"]);
  assert.deepEqual(events, ["+b"]);
});

test("renewed servers reach running and later connections", () => {
  joined("m", ["a"]);
  call.receive({ type: "ice-servers", ...GRANT, iceServers: [{ urls: ["turns:new.test:443"] }] });
  call.receive({ type: "peer-joined", peerId: "b" });
  for (const { configuration } of FakePeerConnection.all) {
    assert.deepEqual(configuration.iceServers, [{ urls: ["turns:new.test:443"] }]);
  }
});

test("video muted before somebody comes stays muted toward them", () => {
  joined("m", ["a"]);
  call.setVideoMuted(true);
  call.receive({ type: "joined", peerId: "m2", peers: ["b"], ...GRANT });
  const directions = FakePeerConnection.all.map(({ transceivers }) => transceivers[1].direction);
  assert.deepEqual(directions, ["recvonly", "recvonly"]);
});

test("who has no camera still receives pictures, and turns one on later without a new media section", async () => {
  const [audio, video] = fakeStream().getTracks();
  const stream = { getTracks: () => [audio] };
  call = new Call({ ...options, stream });
  joined("m", ["a"]);
  const [{ transceivers }] = FakePeerConnection.all;
  assert.deepEqual(transceivers.map(({ direction }) => direction), ["sendrecv", "recvonly"]);
  call.addTrack(video);
  assert.equal(transceivers.length, 2);
  assert.equal(transceivers[1].sender.track, video);
  assert.equal(transceivers[1].direction, "sendrecv");
});

test("who has nothing to send offers to receive both", () => {
  call = new Call({ ...options, stream: fakeStream([]) });
  joined("m", ["a"]);
  const [{ transceivers }] = FakePeerConnection.all;
  assert.deepEqual(transceivers.map(({ receiver, direction }) => `${receiver.track.kind} ${direction}`), [
    "audio recvonly", "video recvonly",
  ]);
});

test("everybody's loudness is known by id", () => {
  joined("m", ["a", "b"]);
  assert.deepEqual([...call.audioLevels()], [["a", 0.25], ["b", 0.25]]);
});

test("the observer hears of tracks and states", () => {
  joined("m", ["a"]);
  const [connection] = FakePeerConnection.all;
  connection.ontrack({ track: { kind: "audio" }, transceiver: connection.transceivers[0] });
  connection.becomes("connected");
  assert.deepEqual(events, ["+a", "a audio", "a connected"]);
  assert.equal(statuses.at(-1), "connected");
});

test("a shared screen reaches everybody, and those who come while it is shown", () => {
  joined("m", ["a"]);
  const screen = fakeStream(["video"]);
  call.setScreen(screen);
  joined("n", ["a", "b"]);
  const open = FakePeerConnection.all.filter(({ closed }) => !closed);
  const shown = open.map((connection) => connection.getSenders().at(-1));
  assert.deepEqual(shown.map(({ track }) => track), [screen.getTracks()[0], screen.getTracks()[0]]);
  call.setScreen(null);
  assert.ok(shown.every(({ track }) => track === null));
});

test("one word for the whole call", () => {
  assert.equal(callStatus("connecting", []), "connecting");
  assert.equal(callStatus("knocking", []), "knocking");
  assert.equal(callStatus("joined", []), "waiting");
  assert.equal(callStatus("joined", ["connecting"]), "connecting");
  assert.equal(callStatus("joined", ["reconnecting", "connecting"]), "reconnecting");
  assert.equal(callStatus("joined", ["reconnecting", "connected"]), "connected");
  assert.equal(callStatus("reconnecting", ["connected"]), "reconnecting");
  assert.equal(callStatus("closed", []), "disconnected");
});

test("back in our seat: nothing of the mesh changes but the servers for what comes", async () => {
  joined("m", ["a"]);
  await settle();
  const [connection] = FakePeerConnection.all;
  connection.becomes("connected");
  signaling.state = "reconnecting";
  call.signalingChanged();
  signaling.sent.length = 0;
  call.receive({ type: "resumed", received: 1, ...GRANT, iceServers: [{ urls: ["turns:new.test:443"] }] });
  signaling.state = "joined";
  call.signalingChanged();
  await options.clock.advance(60_000);
  assert.deepEqual(events, ["+a", "a connected"]);
  assert.equal(connection.restarts, 0);
  assert.equal(signaling.sent.length, 0);
  assert.deepEqual(connection.configuration.iceServers, [{ urls: ["turns:new.test:443"] }]);
});

test("who is away is not offered to, and is as soon as it is back", async () => {
  joined("m", ["a", "b"]);
  const [a, b] = FakePeerConnection.all;
  for (const connection of [a, b]) connection.becomes("connected");
  await settle();
  for (const connection of [a, b]) await connection.setRemoteDescription({ type: "answer", sdp: "o=- 9 1 IN IP4 1" });
  call.receive({ type: "peer-state", peerId: "a", away: true });
  for (const connection of [a, b]) connection.becomes("failed");
  await options.clock.advance(5000);
  assert.deepEqual([a.restarts, b.restarts], [0, 1]);
  assert.equal(events.at(-2), "a reconnecting");
  call.receive({ type: "peer-state", peerId: "a" });
  await options.clock.advance(300);
  assert.equal(a.restarts, 1);
  call.receive({ type: "joined", peerId: "n", peers: ["c"], members: [{ peerId: "c", away: true }], ...GRANT });
  await options.clock.advance(60_000);
  assert.equal(FakePeerConnection.all.length, 3, "a newcomer waits as well");
});
