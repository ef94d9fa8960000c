// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { isSendable } from "../admin/api.js";
import * as format from "../admin/format.js";
import { AdminProblem, problemOf } from "../admin/problem.js";
import * as words from "../admin/words.js";

const KINDS = ["offline", "unauthorized", "limited", "missing", "busy", "refused", "odd"];

test("amounts are short", () => {
  assert.deepEqual([0, 999.4, 999.6, 1500, 64_000, 9_960_000, 2.5e9, null].map(format.bitRate),
    ["0 bit/s", "999 bit/s", "1.0 kbit/s", "1.5 kbit/s", "64 kbit/s", "10 Mbit/s", "2.5 Gbit/s", "–"]);
  assert.deepEqual([0, 1_234_567, 9e18].map(format.byteCount), ["0 B", "1.2 MB", "9000 PB"]);
  assert.deepEqual([1234.4, null].map(format.count), ["1,234", "–"]);
  assert.deepEqual([0, 0.25, 12.4, null].map(format.perSecond), ["0/s", "0.3/s", "12/s", "–"]);
  assert.deepEqual([0, 0.034, 0.5, 1.7, null].map(format.percent), ["0 %", "3.4 %", "50 %", "170 %", "–"]);
  assert.deepEqual([0, 0.0004, 0.0123, 0.9999, 2.04, null].map(format.delay),
    ["0 ms", "0.4 ms", "12 ms", "1.0 s", "2.0 s", "–"]);
});

test("durations have two parts at most", () => {
  assert.deepEqual([-3, 59.9, 60, 3599, 12_000, 90_000, 864_000, null].map(format.duration),
    ["0 s", "59 s", "1 min", "59 min", "3 h 20 min", "1 day 1 h", "10 days 0 h", "–"]);
});

test("a certificate warns two weeks before its end", () => {
  const state = (days) => words.validity({ name: "call.test", expiresAt: 86_400 * days }, 0);
  assert.deepEqual(state(30), { state: "good", text: "30 days left" });
  assert.deepEqual(state(14), { state: "good", text: "14 days left" });
  assert.deepEqual(state(13.99), { state: "soon", text: "13 days left" });
  assert.deepEqual(state(1.5), { state: "soon", text: "1 day left" });
  assert.deepEqual(state(0), { state: "expired", text: "expired" });
  assert.deepEqual(words.validity({ name: "", expiresAt: null }, 0), { state: "unknown", text: "end not known" });
});

test("every problem is a sentence, wherever it shows", () => {
  for (const kind of KINDS) {
    for (const sentence of ["", "The log is full."]) {
      const problem = new AdminProblem(kind, sentence);
      const { signInSentence, troubleSentence, refusalSentence } = words;
      const texts = [signInSentence(problem), troubleSentence(problem, null), refusalSentence(problem)];
      for (const text of texts) assert.match(text, /^[A-Z].*\.$/, kind);
    }
  }
  assert.equal(words.refusalSentence(new AdminProblem("missing", "No such session.")), "No such session.");
  const trouble = words.troubleSentence(new AdminProblem("busy"), Date.UTC(2026, 0, 1));
  assert.match(trouble, /is from \d\d:\d\d:00\. The page tries again/);
});

test("a status of HTTP is a kind of problem", () => {
  const kinds = [401, 404, 429, 502, 503, 400, 413, 500].map((status) => problemOf(status, "").kind);
  assert.deepEqual(kinds, ["unauthorized", "missing", "limited", "busy", "busy", "refused", "refused", "refused"]);
});

test("questions say what will end", () => {
  const question = words.endSessionQuestion({ user: "ana", client: "192.0.2.1:5" });
  assert.match(question.text, /The session of ana from 192\.0\.2\.1:5 ends at once/);
  assert.match(words.endSessionQuestion({ user: "", client: "" }).text, /The session of somebody unknown ends at once/);
  assert.match(words.endRoomQuestion({ name: "standup", members: [{}], waiting: 2 }).text,
    /“standup”.*1 person in it, and 2 people at its door\./);
  assert.match(words.endMemberQuestion({ name: "" }, { name: "standup" }).text, /for Guest in “standup”/);
  assert.deepEqual([1, 3, null].map((ended) => words.endedSentence(ended, "session")),
    ["1 session ended.", "3 sessions ended.", "The session has ended."]);
});

test("only what a header can have is sent as a token", () => {
  assert.ok(isSendable("aA0+/=-_.~!"));
  for (const token of ["", "a b", "ä", "a\nb", "token\u0000"]) assert.ok(!isSendable(token), token);
});

test("who has a session is said where a room tells", () => {
  const members = [{ id: "m1", name: "Ana" }, { id: "", name: "Ben" }, { id: "m3", name: "" }];
  const rooms = [{ name: "standup", members }];
  assert.deepEqual([...words.membersByUser(rooms)], [["m1", "Ana in standup"], ["m3", "Guest in standup"]]);
});
