// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { Backoff } from "../backoff.js";

test("delays double from one second and stop growing at thirty", () => {
  const backoff = new Backoff();
  const delays = Array.from({ length: 8 }, () => backoff.next());
  assert.deepEqual(delays, [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
});

test("a reset starts over", () => {
  const backoff = new Backoff();
  backoff.next();
  backoff.next();
  backoff.reset();
  assert.equal(backoff.attempts, 0);
  assert.equal(backoff.next(), 1000);
});

test("a very long outage overflows nothing", () => {
  const backoff = new Backoff();
  for (let attempt = 0; attempt < 5000; attempt += 1) backoff.next();
  assert.equal(backoff.next(), 30_000);
});
