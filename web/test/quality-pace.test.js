// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { LinkPace, UplinkPace } from "../quality/pace.js";
import { UPLINK } from "../quality/plan.js";

test("down at once and by a factor, up slowly and by a step", () => {
  const pace = new LinkPace();
  assert.equal(pace.limit, Infinity);
  pace.slowDown(7, 1_000_000, 0);
  assert.equal(pace.limit, 600_000);
  assert.ok(pace.isCongested);
  pace.slowDown(0, 590_000, 1000);
  assert.equal(pace.limit, 472_000, "of what is sent, and less for what is only late");
  pace.advance(2000, 2000);
  assert.equal(pace.limit, 472_000, "not before it is over");
  pace.relieve();
  pace.advance(2000, 4000);
  assert.equal(pace.limit, 572_000);
  for (let second = 5; second < 60; second += 1) pace.advance(1000, second * 1000);
  assert.equal(pace.limit, Infinity);
});

test("something is left, and what is sent for other reasons is not taken for more", () => {
  const pace = new LinkPace();
  for (let second = 0; second < 10; second += 1) pace.slowDown(100, 80_000, second * 1000);
  assert.equal(pace.limit, 60_000);
  pace.slowDown(1, 2_000_000, 11_000);
  assert.equal(pace.limit, 60_000);
});

test("a server that goes away says no end of it", () => {
  const pace = new LinkPace();
  pace.slowDown(1, 500_000, 1000);
  pace.advance(2000, 5000);
  assert.ok(pace.isCongested);
  pace.advance(2000, 6000);
  assert.equal(pace.isCongested, false);
  assert.equal(pace.limit, 400_000);
});

const narrow = (...uplinks) => uplinks.map((uplink) => ({ uplink, isLimited: true }));

test("where nobody gets what was planned the uplink has what arrives in all", () => {
  const pace = new UplinkPace();
  for (let look = 0; look < 4; look += 1) pace.take(narrow(300_000, 250_000, 250_000), 2000);
  assert.equal(pace.budget, 800_000);
  pace.take(narrow(320_000, 250_000, 250_000), 2000);
  assert.equal(pace.budget, 800_000, "more only when it is no longer narrow");
  pace.take([...narrow(300_000, 300_000), { uplink: 900_000, isLimited: false }], 2000);
  assert.equal(pace.budget, 900_000);
  for (let look = 0; look < 40; look += 1) pace.take([], 2000);
  assert.equal(pace.budget, UPLINK);
});

test("estimates that grow are those of a call that begins", () => {
  const pace = new UplinkPace();
  for (const uplink of [200_000, 300_000, 400_000, 500_000, 600_000]) pace.take(narrow(uplink), 2000);
  assert.equal(pace.budget, UPLINK);
});

test("one slow receiver is not our uplink, nor is a browser that does not say", () => {
  const pace = new UplinkPace();
  for (let look = 0; look < 9; look += 1) {
    pace.take([...narrow(100_000), { uplink: 900_000, isLimited: false }], 2000);
  }
  assert.equal(pace.budget, UPLINK);
  for (let look = 0; look < 9; look += 1) pace.take([{ uplink: null, isLimited: true }], 2000);
  assert.equal(pace.budget, UPLINK);
  for (let look = 0; look < 9; look += 1) pace.take(narrow(1), 2000);
  assert.equal(pace.budget, 300_000, "there is a floor");
});
