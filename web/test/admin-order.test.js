// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { readSessions } from "../admin/listings.js";
import { FIRST_ORDER, matching, nextOrder, serverSort, sorted } from "../admin/order.js";
import { session } from "./fakes/admin.js";

const { shown } = readSessions({
  sessions: [
    session({ id: "a", user: "Zoë", bytesFromClient: 5, startedAt: 4000, client: "192.0.2.9:1" }),
    session({ id: "b", user: "ana", bytesFromClient: 900_000, startedAt: 100, transport: "udp" }),
    session({ id: "c", user: "", bytesFromClient: null, bytesToClient: null, startedAt: null, queueDelaySeconds: 2 }),
    session({ id: "d", user: "ben", bytesFromClient: 70, startedAt: 3000, relayed: ["203.0.113.77:49200"] }),
  ],
});
const ids = (sessions) => sessions.map(({ id }) => id).join("");
const by = (column, isDescending, rates = new Map()) => ids(sorted(shown, rates, { column, isDescending }));

test("sessions are in the order that is wanted, and what is not known is last", () => {
  assert.equal(by("user", false), "bdac");
  assert.equal(by("user", true), "adbc");
  assert.equal(by("bytes", true), "bdac");
  assert.equal(by("age", true), "bdac");
  assert.equal(by("age", false), "adbc");
  assert.equal(by("queue", true), "cabd");
  assert.equal(by("transport", true), "bacd");
  assert.equal(by("rate", true, new Map([["c", 5], ["d", 50]])), "dcab");
});

test("equal ones do not change places", () => {
  assert.equal(by("drops", true), "abcd");
  assert.equal(ids(sorted([...shown].reverse(), new Map(), { column: "drops", isDescending: false })), "abcd");
});

test("a column first sorts the way that is usually wanted, then the other", () => {
  assert.deepEqual(nextOrder(FIRST_ORDER, "user"), { column: "user", isDescending: false });
  assert.deepEqual(nextOrder({ column: "user", isDescending: false }, "user"), { column: "user", isDescending: true });
  assert.deepEqual(nextOrder(FIRST_ORDER, "bytes"), { column: "bytes", isDescending: true });
});

test("the server chooses by what it knows", () => {
  const sorts = ["rate", "bytes", "age", "queue", "user", "drops"].map((column) => serverSort({ column }));
  assert.deepEqual(sorts, ["rate", "bytes", "age", "queue", "rate", "rate"]);
});

test("the filter finds users, members and addresses, all words of it", () => {
  const found = (wanted) => ids(matching(shown, wanted, new Map([["ben", "Benjamin in standup"]])));
  assert.equal(found("ANA"), "b");
  assert.equal(found("192.0.2.9"), "a");
  assert.equal(found(" 49200 ben "), "d");
  assert.equal(found("jamin STANDUP"), "d");
  assert.equal(found("tls zoë"), "a");
  assert.equal(found("  "), "abcd");
  assert.equal(found("(.*"), "");
});
