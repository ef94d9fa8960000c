// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { chartWords } from "../admin/chart-words.js";
import { count } from "../admin/format.js";
import { History, SPAN } from "../admin/history.js";
import { areaPath, linePath, roundTop, runs } from "../admin/plot.js";

const points = (...values) => values.map((value, index) => ({ at: index, value }));
const FRAME = { from: 0, to: 4, top: 10, width: 400, height: 100 };

test("the history is of ten minutes", () => {
  const history = new History();
  for (let at = 0; at <= SPAN + 60_000; at += 2000) history.add(at, { a: at });
  const shown = history.points("a");
  assert.equal(shown.length, 300);
  assert.deepEqual([shown[0].at, history.newest], [62_000, SPAN + 60_000]);
});

test("what was not looked at is a gap", () => {
  const history = new History();
  for (const at of [0, 2000, 60_000]) history.add(at, { a: 1 });
  assert.deepEqual(history.points("a").map(({ value }) => value), [1, 1, null, 1]);
  assert.deepEqual(history.points("b").map(({ value }) => value), [null, null, null, null]);
});

test("a clock that is set back leaves nothing in the future", () => {
  const history = new History();
  for (const at of [5000, 7000, 6000]) history.add(at, { a: at });
  assert.deepEqual(history.points("a").map(({ at }) => at), [5000, 6000]);
  assert.deepEqual([new History().points("a"), new History().newest], [[], 0]);
});

test("the upper edge is round and above everything", () => {
  const tops = [0, 3, 5, 5.1, 99, 100, 101, 999, 2.1e9].map((highest) => roundTop(highest, 5));
  assert.deepEqual(tops, [5, 5, 5, 10, 100, 100, 200, 1000, 5e9]);
  assert.equal(roundTop(0.013, 0.01), 0.02);
  for (const odd of [NaN, Infinity, -1]) assert.equal(roundTop(odd, 0), 1);
});

test("lines end where nothing is known", () => {
  const shown = points(0, 10, null, null, 5);
  assert.equal(runs(shown).length, 2);
  assert.equal(linePath(shown, FRAME), "M0,100L100,0M400,50h0.01");
  assert.equal(areaPath(shown, FRAME), "M0,100L0,100L100,0L100,100ZM400,100L400,50L400,100Z");
  assert.equal(linePath([], FRAME) + areaPath(points(null), FRAME), "");
  // Whatever comes, nothing is outside.
  assert.equal(linePath(points(0, 1e9), FRAME), "M0,100L100,0");
});

test("a chart is said in words", () => {
  const words = (...series) => chartWords("Sessions", series, count);
  assert.equal(words({ label: "", points: points(3, null, 7, 4) }),
    "Sessions in the last 10 minutes. 4 now, between 3 and 7.");
  assert.equal(words({ label: "In", points: points(2, 2) }, { label: "Out", points: points(null) }),
    "Sessions in the last 10 minutes. In: 2 now, always 2. Out: not known yet.");
  assert.equal(words({ label: "", points: [] }), "Sessions in the last 10 minutes. Not known yet.");
});
