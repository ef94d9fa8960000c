// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { readSessions } from "../admin/listings.js";
import { quantile } from "../admin/quantile.js";
import { rates, SessionMeter } from "../admin/rates.js";
import { readStatus } from "../admin/status.js";
import { session, status } from "./fakes/admin.js";

const sample = (at, changes) => ({ at, status: readStatus(status(changes)) });
const FIRST = sample(0);

test("two samples make rates, by the server's clock", () => {
  const later = sample(9000, {
    now: 5002, cpuSeconds: 11, bytes: { fromClients: 3000, toClients: 2000 },
    packets: { fromClients: 30, toClients: 24 },
    drops: { queue_age: 9, malformed: 2 }, authenticationFailures: 8, tlsHandshakes: 110, tlsHandshakeFailures: 3,
  });
  const found = rates(FIRST, later);
  assert.deepEqual(
    { ...found, dropsByReason: [...found.dropsByReason] },
    {
      incoming: 8000, outgoing: 0, packetsIn: 10, packetsOut: 2, drops: 3,
      dropsByReason: [["queue_age", 2], ["malformed", 1]],
      queueDelay: 0, loopDelay: 0.002, cpu: 0.5, handshakes: 5, failedHandshakes: 0, failedAuthentications: 0.5,
    },
  );
});

test("where the server tells no time, the page's clock has to do", () => {
  const [before, after] = [sample(0, { now: null }), sample(4000, { now: null, cpuSeconds: 11 })];
  assert.equal(rates(before, after).cpu, 0.25);
});

test("the first sample has no rates, nor has the first after a restart", () => {
  for (const [before, after] of [
    [null, FIRST],
    [FIRST, sample(2000, { startedAt: 4999, now: 5001, bytes: { fromClients: 5, toClients: 5 } })],
    [FIRST, sample(2000)],
    [FIRST, sample(2000, { now: 4000 })],
  ]) {
    // That is of all the time, and better than nothing.
    const { dropsByReason, loopDelay, ...numbers } = rates(before, after);
    assert.equal(loopDelay, 0.002);
    assert.equal(dropsByReason.size, 0);
    assert.ok(Object.values(numbers).every((value) => value === null), JSON.stringify(numbers));
  }
});

test("a counter that goes back has no rate, the others have theirs", () => {
  const found = rates(FIRST, sample(2000, { now: 5002, cpuSeconds: 1, tlsHandshakes: 102, drops: { queue_age: 1 } }));
  assert.deepEqual([found.cpu, found.drops, found.dropsByReason.size, found.handshakes], [null, null, 0, 1]);
});

test("the queue delay is of what waited between the samples", () => {
  const delays = (counts) => sample(2000, { now: 5002, queueDelay: { bounds: [0.01, 0.1], counts } });
  const delay = (counts) => rates(FIRST, delays(counts)).queueDelay;
  assert.equal(delay([10, 0, 0]), 0);
  assert.ok(Math.abs(delay([10, 100, 0]) - 0.0991) < 1e-9);
  assert.equal(delay([10, 0, 100]), 0.1);
  assert.equal(delay([9, 5, 0]), null);
  assert.equal(delay([10, 0]), null);
  const loops = (counts) => ({ now: 5002, eventLoopDelay: { bounds: [0.01, 0.1], counts } });
  assert.equal(rates(sample(0, loops([5, 0, 0])), sample(2000, { ...loops([5, 0, 4]), now: 5004 })).loopDelay, 0.1);
  const told = sample(2000, { now: 5002, queueDelay: undefined, queueDelaySeconds: { p99: 0.03 } });
  assert.equal(rates(FIRST, told).queueDelay, 0.03);
});

test("a quantile lies within its bucket", () => {
  const buckets = { bounds: [1, 2, 4], counts: [10, 10, 80, 0] };
  assert.deepEqual([0.05, 0.1, 0.15, 0.6, 1].map((part) => quantile(buckets, part)), [0.5, 1, 1.5, 3, 4]);
  assert.equal(quantile({ bounds: [1], counts: [0, 0] }, 0.99), 0);
});

test("sessions have rates by their ids", () => {
  const meter = new SessionMeter();
  const measure = (at, ...sessions) => [...meter.measure(readSessions({ sessions }).shown, at)];
  assert.deepEqual(measure(0, session()), [["a1", null]]);
  const grown = session({ bytesFromClient: 1500, bytesToClient: 1000 });
  assert.deepEqual(measure(2000, grown, session({ id: "b" })), [["a1", 4000], ["b", null]]);
  assert.deepEqual(measure(3000, { ...grown, bytesPerSecond: 25 }), [["a1", 200]]);
  // Another one under the same id, and one that says nothing.
  assert.deepEqual(measure(4000, session()), [["a1", null]]);
  assert.deepEqual(measure(6000, session({ bytesFromClient: "many", bytesToClient: null })), [["a1", null]]);
});
