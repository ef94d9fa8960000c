// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { Seat } from "../seat.js";
import { SleepWatch } from "../sleep-watch.js";
import { FakeClock } from "./fakes/clock.js";

const chat = (text) => ({ type: "chat", text });
const resumed = (received, resumeToken = "next") => ({ type: "resumed", received, resumeToken, hold: 30 });

test("a server that holds no seats gives none", () => {
  assert.equal(Seat.of({ type: "joined", peerId: "me", peers: [] }), null);
  assert.equal(Seat.of({ type: "joined", peerId: "me", peers: [], resumeToken: "t", hold: 30 }).hold, 30_000);
});

test("it asks with the newest token and with what it has got", () => {
  const seat = new Seat("me", "first", 30);
  assert.deepEqual(seat.request, { type: "resume", peerId: "me", resumeToken: "first", received: 1 });
  seat.countReceived();
  seat.resume(resumed(0, "second"));
  assert.deepEqual(seat.request, { type: "resume", peerId: "me", resumeToken: "second", received: 2 });
});

test("what the server lacks is sent again, once and in order", () => {
  const seat = new Seat("me", "t", 30);
  for (const text of ["a", "b", "c"]) seat.keep(chat(text));
  assert.deepEqual(seat.resume(resumed(1)), [chat("b"), chat("c")]);
  seat.keep(chat("d"));
  assert.deepEqual(seat.resume(resumed(3)), [chat("d")]);
  assert.deepEqual(seat.resume(resumed(4)), []);
});

test("what the server has for certain is forgotten", () => {
  const seat = new Seat("me", "t", 30);
  for (const text of ["a", "b"]) seat.keep(chat(text));
  seat.forget(2);
  seat.forget(0);
  assert.equal(seat.resume(resumed(1)), null, "it cannot be sent again");
});

test("memory is bounded", () => {
  const seat = new Seat("me", "t", 30);
  for (let number = 0; number < 600; number += 1) seat.keep(chat(String(number)));
  assert.equal(seat.resume(resumed(99)), null);
  assert.equal(seat.resume(resumed(100)).length, 500);
});

test("a machine that slept is noticed when it wakes, and a slow one is not taken for it", async () => {
  const clock = new FakeClock();
  let waking = 0;
  const watch = new SleepWatch(clock, () => (waking += 1));
  await clock.advance(60_000);
  clock.time += 4000;
  await clock.advance(1000);
  assert.equal(waking, 0);
  clock.time += 600_000;
  await clock.advance(1000);
  assert.equal(waking, 1);
  watch.close();
  assert.equal(clock.pending, 0);
});
