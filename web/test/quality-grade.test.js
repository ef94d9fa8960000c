// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Grader } from "../quality/grade.js";
import { QualityNews } from "../quality/news.js";

const WELL = { loss: 0, lossThere: 0, roundTrip: 0.05, frozen: 0, isSilent: false };

let grader;

beforeEach(() => {
  grader = new Grader();
});

/** The grade after each of these. */
function grades(...looks) {
  return looks.map((look) => {
    const { state = "connected", isCongested = false, ...measurement } = look;
    grader.take({ state, isCongested, measurement: { ...WELL, ...measurement } });
    return grader.grade;
  });
}

test("nothing is claimed before there is something to tell", () => {
  grader.take({ state: "connecting", measurement: null, isCongested: false });
  grader.take({ state: "connected", measurement: null, isCongested: false });
  assert.equal(grader.grade, "unknown");
  assert.deepEqual(grades({}), ["good"]);
  assert.equal(grader.reason, null);
});

for (const [reason, bad, between] of [
  ["loss", { loss: 0.06 }, { loss: 0.03 }],
  ["delay", { roundTrip: 0.7 }, { roundTrip: 0.5 }],
  ["frozen", { frozen: 0.5 }, { frozen: 0.2 }],
  ["loss-there", { lossThere: 0.06 }, { lossThere: 0.03 }],
]) {
  test(`one bad moment is bad luck, two are not, and it takes a while to be good again: ${reason}`, () => {
    assert.deepEqual(grades({}, bad, {}, bad, bad), ["good", "good", "good", "good", "poor"]);
    assert.equal(grader.reason, reason);
    assert.deepEqual(grades(between, between, between, between), ["poor", "poor", "poor", "poor"]);
    assert.deepEqual(grades({}, {}, bad, {}, {}, {}), ["poor", "poor", "poor", "poor", "poor", "good"]);
    assert.deepEqual(grades(between, between), ["good", "good"]);
  });
}

test("what the relay tells counts at once, and lasts a little longer", () => {
  assert.deepEqual(grades({}, { isCongested: true }), ["good", "poor"]);
  assert.equal(grader.reason, "slow-there");
  assert.deepEqual(grades({}, {}, {}), ["poor", "poor", "good"]);
});

test("what is interrupted is lost, and poor before it is good", () => {
  assert.deepEqual(grades({}, { state: "reconnecting" }, {}, {}, {}), ["good", "lost", "poor", "poor", "good"]);
});

test("silence is a loss before the browser says so", () => {
  const silent = { isSilent: true };
  assert.deepEqual(grades({}, silent, silent, silent, {}), ["good", "good", "good", "lost", "poor"]);
  assert.equal(grader.reason, "interrupted");
});

test("a browser that does not measure a round trip is not slow", () => {
  assert.deepEqual(grades({ roundTrip: null }, { roundTrip: null }), ["good", "good"]);
});

test("what is poor for long is said once, and once that it is over", () => {
  const news = new QualityNews();
  const said = [["good", 0], ["poor", 2], ["poor", 8], ["good", 10], ["poor", 12], ["poor", 20], ["lost", 22], ["poor", 24],
    ["poor", 40], ["unknown", 41], ["good", 42], ["good", 44]].map(([grade, second]) => news.take(grade, second * 1000));
  assert.deepEqual(said, [null, null, null, null, null, null, null, "poor", null, null, "good", null]);
});
