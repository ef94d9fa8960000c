// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { readRooms, readSessions } from "../admin/listings.js";
import { readStatus } from "../admin/status.js";
import { session, status } from "./fakes/admin.js";

const ODD = [null, undefined, "text", -1, NaN, Infinity, true, [], [[]], {}, { p99: "x" }];

test("a status is read", () => {
  const read = readStatus(status());
  assert.deepEqual([...read.allocations], [["udp", 1], ["tcp", 2], ["tls", 3]]);
  assert.deepEqual([read.version, read.state, read.loopDelay, read.gauges.members], ["0.4.0", "serving", 0.002, 4]);
  assert.deepEqual([read.counters.bytesToClients, read.counters.tlsHandshakeFailures], [2000, 3]);
  assert.deepEqual(read.queueDelays, { bounds: [0.01, 0.1], counts: [10, 0, 0] });
  assert.deepEqual(read.certificates, [{ name: "call.test", expiresAt: 9000 }]);
});

test("allocations whose clients may come back are allocations", () => {
  assert.deepEqual([...readStatus(status({ detachedAllocations: 2 })).allocations.values()], [1, 2, 3, 2]);
});

test("whatever field is odd, the others are read", () => {
  for (const name of Object.keys(status())) {
    for (const value of ODD) {
      const read = readStatus(status({ [name]: value }));
      const shown = [read.version, ...Object.values(read.gauges), ...Object.values(read.counters), read.startedAt];
      for (const each of shown) assert.ok(each === null || typeof each === "string" || each >= 0, `${name} ${value}`);
      if (name !== "rooms") assert.equal(read.gauges.rooms, 2);
    }
  }
});

test("what is no object is no status", () => {
  for (const value of [null, undefined, 5, "ok", []]) assert.throws(() => readStatus(value), { kind: "odd" });
});

test("histograms that make no sense are none", () => {
  const read = (queueDelay) => readStatus(status({ queueDelay })).queueDelays;
  assert.equal(read({ bounds: [1, "2"], counts: [1, 1, 1] }), null);
  assert.equal(read({ bounds: [1, 2], counts: [1] }), null);
  assert.equal(read({ bounds: [], counts: [] }), null);
});

test("sessions and rooms are read, and how many there are", () => {
  const { total, shown } = readSessions({ total: 250, sessions: [session()] });
  assert.equal(total, 250);
  assert.deepEqual([shown[0].user, shown[0].relayed, shown[0].dropped], ["ana", ["203.0.113.1:49152"], 2]);
  const members = [{ id: "m1", name: "Ana", address: "192.0.2.1", away: true }, {}];
  const rooms = readRooms({ total: 0, rooms: [{ name: "standup", locked: true, hasPIN: "yes", members }] });
  assert.equal(rooms.total, 1);
  assert.deepEqual([rooms.shown[0].isLocked, rooms.shown[0].hasPIN, rooms.shown[0].waiting], [true, false, 0]);
  const shownMembers = rooms.shown[0].members.map(({ id, name, isAway }) => [id, name, isAway]);
  assert.deepEqual(shownMembers, [["m1", "Ana", true], ["", "", false]]);
});

test("odd sessions and rooms are shown as what is left of them", () => {
  for (const value of ODD) {
    assert.deepEqual(readSessions(value), { total: 0, shown: [] });
    const [read] = readSessions({ sessions: [value] }).shown;
    assert.deepEqual([read.id, read.user, read.bytesFromClient, read.relayed], ["", "", null, []]);
    assert.deepEqual(readRooms({ rooms: [value] }).shown[0].members, []);
    const { relayed } = readSessions({ sessions: [session({ relayed: [value] })] }).shown[0];
    assert.deepEqual(relayed, value === "text" ? ["text"] : []);
  }
});

test("a name of any length is cut, what the server knows something by is not", () => {
  const long = "x".repeat(100_000);
  const [read] = readSessions({ sessions: [session({ id: long, user: long })] }).shown;
  assert.equal(read.id, long);
  assert.equal(read.user.length, 257);
  const [room] = readRooms({ rooms: [{ name: long }] }).shown;
  assert.deepEqual([room.id.length, room.name.length], [100_000, 257]);
});
