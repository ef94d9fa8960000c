// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Signaling } from "../signaling.js";
import { FakeClock } from "./fakes/clock.js";
import { FakeWebSocket } from "./fakes/web-socket.js";

const GRANT = { iceServers: [], iceTransportPolicy: "relay", lifetime: 600 };
const JOINED = { type: "joined", peerId: "me", peers: [], ...GRANT };
const SEATED = { ...JOINED, resumeToken: "t1", hold: 30 };
const RESUMED = { type: "resumed", received: 0, resumeToken: "t2", hold: 30, ...GRANT };
const FULL = { type: "error", code: "room-full", message: "The room is full." };

let clock, signaling, messages, states, refusals, options;

beforeEach(() => {
  FakeWebSocket.all = [];
  clock = new FakeClock();
  [messages, states, refusals] = [[], [], []];
  options = {
    url: "wss://call.test/ws",
    room: "default",
    WebSocket: FakeWebSocket,
    clock,
    onMessage: (message) => messages.push(message),
    onState: (state) => states.push(state),
    onRefused: (error) => refusals.push(error),
  };
  signaling = new Signaling(options);
});

function enter() {
  FakeWebSocket.last.accept();
  FakeWebSocket.last.deliver(JOINED);
}

/** Answers every renewal, as a server does, while time passes. */
async function passAnswered(seconds) {
  for (let second = 0; second < seconds; second += 1) {
    await clock.advance(1000);
    const { sent } = FakeWebSocket.last;
    if (sent.at(-1).type === "ice-servers" && clock.now() !== answeredAt) {
      answeredAt = clock.now();
      sent.push({ type: "(answered)" });
      FakeWebSocket.last.deliver({ type: "ice-servers", ...GRANT });
    }
  }
}
let answeredAt = -1;

test("opens, joins, and is joined when the server says so", () => {
  signaling.open();
  assert.equal(FakeWebSocket.last.url, "wss://call.test/ws");
  FakeWebSocket.last.accept();
  assert.deepEqual(FakeWebSocket.last.sent, [{ type: "join", room: "default", resume: true }]);
  assert.equal(signaling.send({ type: "offer", target: "x" }), false, "nothing goes out before joined");
  FakeWebSocket.last.deliver(JOINED);
  assert.deepEqual(states, ["connecting", "joined"]);
  assert.deepEqual(messages, [JOINED]);
});

test("garbage and unknown messages are passed over", () => {
  signaling.open();
  enter();
  for (const text of ["", "{", "[]", '{"type":"news"}']) FakeWebSocket.last.deliver(text);
  assert.equal(messages.length, 1);
  assert.equal(signaling.state, "joined");
});

test("reconnects after 1, 2, 4, 8, 16, 30, 30 s and joins again", async () => {
  signaling.open();
  enter();
  for (const delay of [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000]) {
    const before = FakeWebSocket.all.length;
    FakeWebSocket.last.drop();
    assert.equal(signaling.state, "reconnecting");
    await clock.advance(delay - 1);
    assert.equal(FakeWebSocket.all.length, before, `nothing before ${delay} ms`);
    await clock.advance(1);
    assert.equal(FakeWebSocket.all.length, before + 1);
  }
  enter();
  assert.deepEqual(FakeWebSocket.last.sent, [{ type: "join", room: "default", resume: true }]);
  assert.equal(signaling.state, "joined");
  FakeWebSocket.last.drop();
  await clock.advance(1000);
  assert.equal(FakeWebSocket.all.length, 9, "success starts the delays over");
});

test("a first connection that fails stays connecting and is tried again", async () => {
  signaling.open();
  FakeWebSocket.last.drop();
  assert.deepEqual(states, ["connecting"]);
  await clock.advance(1000);
  enter();
  assert.equal(signaling.state, "joined");
});

test("a server that accepts but never answers is given up after ten seconds", async () => {
  signaling.open();
  FakeWebSocket.last.accept();
  await clock.advance(11_000);
  assert.equal(FakeWebSocket.all.length, 2);
  assert.ok(FakeWebSocket.all[0].closed);
});

test("a connection silent for 15 s is asked, and dropped when it does not answer within 8 s", async () => {
  signaling.open();
  enter();
  await clock.advance(15_000);
  assert.deepEqual(FakeWebSocket.last.sent.at(-1), { type: "ice-servers" });
  await clock.advance(7999);
  assert.equal(signaling.state, "joined");
  await clock.advance(1);
  assert.equal(signaling.state, "reconnecting");
});

test("credentials are renewed at three quarters of their lifetime, whatever else is said", async () => {
  signaling.open();
  FakeWebSocket.last.accept();
  FakeWebSocket.last.deliver({ ...JOINED, lifetime: 40 });
  for (let second = 0; second < 29; second += 1) {
    await clock.advance(1000);
    FakeWebSocket.last.deliver({ type: "peer-left", peerId: "x" });
  }
  assert.equal(FakeWebSocket.last.sent.length, 1);
  await clock.advance(1000);
  assert.deepEqual(FakeWebSocket.last.sent.at(-1), { type: "ice-servers" });
  const renewed = { type: "ice-servers", ...GRANT, lifetime: 400 };
  FakeWebSocket.last.deliver(renewed);
  assert.deepEqual(messages.at(-1), renewed);
});

test("a long call stays joined on one connection", async () => {
  signaling.open();
  enter();
  await passAnswered(3600);
  assert.equal(FakeWebSocket.all.length, 1);
  assert.equal(signaling.state, "joined");
});

test("callers of refresh share one request and go on after the message was handed out", async () => {
  signaling.open();
  enter();
  const both = Promise.all([signaling.refresh(), signaling.refresh()]);
  assert.equal(FakeWebSocket.last.sent.filter(({ type }) => type === "ice-servers").length, 1);
  FakeWebSocket.last.deliver({ type: "ice-servers", ...GRANT });
  await both;
  assert.equal(messages.at(-1).type, "ice-servers");
});

test("refresh rejects without signaling, and when signaling is lost meanwhile", async () => {
  await assert.rejects(signaling.refresh());
  signaling.open();
  enter();
  const pending = signaling.refresh();
  FakeWebSocket.last.drop();
  await assert.rejects(pending);
});

test("a full room refuses: closed, said once, no further attempt", async () => {
  signaling.open();
  FakeWebSocket.last.accept();
  FakeWebSocket.last.deliver(FULL);
  assert.deepEqual(refusals, [FULL]);
  assert.equal(signaling.state, "closed");
  await clock.advance(120_000);
  assert.equal(FakeWebSocket.all.length, 1);
});

test("on the way back a full room may be our own ghost: tried again before giving up", async () => {
  signaling.open();
  enter();
  FakeWebSocket.last.drop();
  for (const delay of [1000, 2000, 4000, 8000]) {
    await clock.advance(delay);
    FakeWebSocket.last.accept();
    FakeWebSocket.last.deliver(FULL);
    assert.deepEqual(refusals, []);
  }
  await clock.advance(16_000);
  FakeWebSocket.last.accept();
  FakeWebSocket.last.deliver(FULL);
  assert.deepEqual(refusals, [FULL]);
});

test("an answer to join that is no refusal is waited out", async () => {
  signaling.open();
  FakeWebSocket.last.accept();
  FakeWebSocket.last.deliver({ type: "error", code: "rate-limited", message: "…" });
  assert.deepEqual(refusals, []);
  await clock.advance(11_000);
  assert.equal(FakeWebSocket.all.length, 2);
});

test("errors about details leave a running call alone", () => {
  signaling.open();
  enter();
  for (const code of ["unknown-peer", "rate-limited", "already-joined", "invalid-message"]) {
    FakeWebSocket.last.deliver({ type: "error", code, message: "…" });
  }
  assert.equal(signaling.state, "joined");
  assert.equal(messages.length, 1);
});

test("a server that forgot us is joined again", async () => {
  signaling.open();
  enter();
  FakeWebSocket.last.deliver({ type: "error", code: "not-joined", message: "…" });
  assert.equal(signaling.state, "reconnecting");
  await clock.advance(1000);
  assert.equal(FakeWebSocket.all.length, 2);
});

test("waking up reconnects at once, or checks a connection that looks alive", () => {
  signaling.open();
  enter();
  signaling.wake();
  assert.deepEqual(FakeWebSocket.last.sent.at(-1), { type: "ice-servers" });
  FakeWebSocket.last.drop();
  signaling.wake();
  assert.equal(FakeWebSocket.all.length, 2);
  signaling.wake();
  assert.equal(FakeWebSocket.all.length, 2, "an attempt under way is not doubled");
});

test("closing says leave, closes the socket and leaves no timer behind", () => {
  signaling.open();
  enter();
  const socket = FakeWebSocket.last;
  signaling.close();
  assert.deepEqual(socket.sent.at(-1), { type: "leave" });
  assert.ok(socket.closed);
  assert.equal(clock.pending, 0);
  assert.equal(states.at(-1), "closed");
});

test("joins with what the person says about themselves, asked anew each time", async () => {
  let introduction = { name: "Ana", audio: true };
  signaling = new Signaling({ ...options, introduction: () => introduction });
  signaling.open();
  enter();
  assert.deepEqual(FakeWebSocket.last.sent, [{ type: "join", room: "default", resume: true, name: "Ana", audio: true }]);
  introduction = { name: "Ana", audio: false };
  FakeWebSocket.last.drop();
  await clock.advance(1000);
  FakeWebSocket.last.accept();
  assert.equal(FakeWebSocket.last.sent[0].audio, false);
});

test("at the door it waits for as long as it takes, and asks whether the server still knows", async () => {
  signaling.open();
  FakeWebSocket.last.accept();
  FakeWebSocket.last.deliver({ type: "waiting" });
  assert.equal(signaling.state, "knocking");
  for (let minute = 0; minute < 5; minute += 1) {
    const { sent } = FakeWebSocket.last;
    await clock.advance(15_000);
    assert.deepEqual(sent.at(-1), { type: "join", room: "default", resume: true });
    FakeWebSocket.last.deliver({ type: "waiting" });
  }
  assert.equal(FakeWebSocket.all.length, 1);
  FakeWebSocket.last.deliver(JOINED);
  assert.deepEqual(states, ["connecting", "knocking", "joined"]);
});

test("a server that does not answer at the door is asked again on a new connection", async () => {
  signaling.open();
  FakeWebSocket.last.accept();
  FakeWebSocket.last.deliver({ type: "waiting" });
  await clock.advance(15_000 + 8_000 + 1000);
  assert.equal(FakeWebSocket.all.length, 2);
});

for (const code of ["pin-required", "wrong-pin", "pin-blocked", "declined", "room-closed"]) {
  test(`${code} ends the attempt, also on the way back`, async () => {
    const refusal = { type: "error", code, message: "No." };
    signaling.open();
    FakeWebSocket.last.accept();
    FakeWebSocket.last.deliver(refusal);
    assert.deepEqual(refusals, [refusal]);
    signaling.open();
    enter();
    FakeWebSocket.last.drop();
    await clock.advance(1000);
    FakeWebSocket.last.accept();
    FakeWebSocket.last.deliver(refusal);
    assert.equal(refusals.length, 2);
    assert.equal(signaling.state, "closed");
  });
}

test("what fails in a running call is told, unless it only crossed a change", () => {
  const errors = [];
  signaling = new Signaling({ ...options, onError: ({ code }) => errors.push(code) });
  signaling.open();
  enter();
  for (const code of ["unknown-peer", "not-host", "rate-limited"]) {
    FakeWebSocket.last.deliver({ type: "error", code, message: "No." });
  }
  assert.deepEqual(errors, ["not-host", "rate-limited"]);
  assert.equal(signaling.state, "joined");
});

/** In a room, with a seat that the server holds. */
function takeSeat() {
  signaling.open();
  FakeWebSocket.last.accept();
  FakeWebSocket.last.deliver(SEATED);
}

async function comeBack(answer = RESUMED) {
  await clock.advance(1000);
  FakeWebSocket.last.accept();
  if (answer) FakeWebSocket.last.deliver(answer);
}

test("comes back to its seat, says what the server lacks, and is joined as before", async () => {
  takeSeat();
  FakeWebSocket.last.deliver({ type: "news" });
  signaling.send({ type: "chat", text: "one" });
  signaling.send({ type: "chat", text: "two" });
  FakeWebSocket.last.drop();
  assert.equal(signaling.state, "reconnecting");
  assert.ok(signaling.send({ type: "offer", target: "a", sdp: {} }), "others get it later");
  assert.equal(signaling.send({ type: "chat", text: "three" }), false, "the person keeps it");
  await comeBack({ ...RESUMED, received: 1 });
  assert.deepEqual(FakeWebSocket.last.sent, [
    { type: "resume", peerId: "me", resumeToken: "t1", received: 2 },
    { type: "chat", text: "two" },
    { type: "offer", target: "a", sdp: {} },
  ]);
  assert.deepEqual(messages.map(({ type }) => type), ["joined", "resumed"]);
  assert.deepEqual(states, ["connecting", "joined", "reconnecting", "joined"]);
  FakeWebSocket.last.deliver({ type: "peer-left", peerId: "x" });
  FakeWebSocket.last.drop();
  await comeBack(null);
  assert.deepEqual(FakeWebSocket.last.sent, [{ type: "resume", peerId: "me", resumeToken: "t2", received: 3 }]);
});

for (const code of ["resume-failed", "invalid-message"]) {
  test(`${code}: joins anew by the same connection, and does not ask for the seat again`, async () => {
    takeSeat();
    FakeWebSocket.last.drop();
    await comeBack({ type: "error", code, message: "No." });
    assert.deepEqual(FakeWebSocket.last.sent.at(-1), { type: "join", room: "default", resume: true });
    FakeWebSocket.last.drop();
    await clock.advance(2000);
    FakeWebSocket.last.accept();
    assert.deepEqual(FakeWebSocket.last.sent, [{ type: "join", room: "default", resume: true }]);
    assert.deepEqual(refusals, []);
  });
}

test("a server that is full for a moment is asked for the seat again", async () => {
  takeSeat();
  FakeWebSocket.last.drop();
  await comeBack({ type: "error", code: "server-full", message: "No." });
  FakeWebSocket.last.drop();
  await clock.advance(2000);
  FakeWebSocket.last.accept();
  assert.equal(FakeWebSocket.last.sent[0].type, "resume");
});

test("what cannot be said again makes us somebody new", async () => {
  takeSeat();
  for (let number = 0; number <= 500; number += 1) signaling.send({ type: "state", hand: true });
  FakeWebSocket.last.drop();
  await comeBack();
  assert.deepEqual(FakeWebSocket.last.sent.slice(1).map(({ type }) => type), ["leave", "join"]);
  FakeWebSocket.last.deliver({ ...SEATED, peerId: "other" });
  assert.equal(signaling.state, "joined");
});

test("while the seat is held no pause is longer than four seconds, then they grow again", async () => {
  takeSeat();
  FakeWebSocket.last.drop();
  for (const delay of [1000, 2000, 4000, 4000, 4000, 4000, 4000, 4000, 4000, 8000, 16_000]) {
    const before = FakeWebSocket.all.length;
    await clock.advance(delay - 1);
    assert.equal(FakeWebSocket.all.length, before, `nothing before ${delay} ms`);
    await clock.advance(1);
    assert.equal(FakeWebSocket.all.length, before + 1);
    FakeWebSocket.last.drop();
  }
});

test("who wakes in another network is back soon: a dead connection is found within seconds", async () => {
  takeSeat();
  signaling.wake();
  await clock.advance(2500);
  assert.equal(signaling.state, "reconnecting");
  signaling.wake();
  assert.equal(FakeWebSocket.all.length, 2);
  await clock.advance(2500);
  signaling.wake();
  assert.equal(FakeWebSocket.all.length, 3, "an attempt of before may wait in vain");
  assert.ok(FakeWebSocket.all[1].closed);
});

test("an answer shows what the server has: that is not kept", async () => {
  takeSeat();
  for (let number = 0; number < 400; number += 1) signaling.send({ type: "state", hand: true });
  const refresh = signaling.refresh();
  FakeWebSocket.last.deliver({ type: "ice-servers", ...GRANT });
  await refresh;
  for (let number = 0; number < 400; number += 1) signaling.send({ type: "state", hand: true });
  FakeWebSocket.last.drop();
  await comeBack({ ...RESUMED, received: 401 });
  assert.equal(FakeWebSocket.last.sent.length, 401);
});

test("who leaves gives the seat up", async () => {
  takeSeat();
  signaling.close();
  signaling.open();
  FakeWebSocket.last.accept();
  assert.equal(FakeWebSocket.last.sent[0].type, "join");
});

test("comes back at once to the successor of a server that stops, and with pauses while there is none", async () => {
  signaling.open();
  enter();
  FakeWebSocket.last.drop(1001);
  assert.deepEqual(states, ["connecting", "joined", "reconnecting"]);
  await clock.advance(300);
  assert.equal(FakeWebSocket.all.length, 2);
  FakeWebSocket.last.drop(1001);
  await clock.advance(999);
  assert.equal(FakeWebSocket.all.length, 2);
  await clock.advance(1);
  assert.equal(FakeWebSocket.all.length, 3);
  enter();
  assert.equal(states.at(-1), "joined");
});

test("does not come back when an administrator has sent it out", async () => {
  signaling.open();
  enter();
  FakeWebSocket.last.drop(4000);
  assert.deepEqual(states, ["connecting", "joined", "closed"]);
  assert.deepEqual(refusals.map(({ code }) => code), ["removed"]);
  await clock.advance(60_000);
  assert.equal(FakeWebSocket.all.length, 1);
});
