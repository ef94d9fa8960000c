// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { percentText, pictureText, rateText, timeText, verdictOn } from "../quality/words.js";

test("a verdict names what is wrong, and what to do", () => {
  assert.deepEqual(verdictOn({ grade: "good", reason: null }, "Ben"), { text: "Good.", advice: "" });
  assert.equal(verdictOn({ grade: "unknown", reason: null }, "Ben").text, "Not known yet.");
  assert.match(verdictOn({ grade: "lost", reason: "interrupted" }, "Ben").advice, /check the network/);
  for (const reason of ["loss", "delay", "frozen", "slow-there", "loss-there"]) {
    const { text, advice } = verdictOn({ grade: "poor", reason }, "Ben");
    assert.match(text, /^Poor\. [A-Z].*\.$/, reason);
    assert.match(advice, /\.$/, reason);
  }
  assert.match(verdictOn({ grade: "poor", reason: "interrupted" }, "Ben").text, /interrupted/);
});

test("numbers are short", () => {
  assert.deepEqual([null, 0.0421, 1.2].map(timeText), ["–", "42 ms", "1200 ms"]);
  assert.deepEqual([0, 0.004, 0.126, 1].map(percentText), ["0 %", "0.4 %", "13 %", "100 %"]);
  assert.deepEqual([0, 31_900, 1_234_000].map(rateText), ["0 kbit/s", "32 kbit/s", "1.2 Mbit/s"]);
});

test("pictures are described", () => {
  assert.equal(pictureText(null), "no picture");
  assert.equal(pictureText({ width: 640, height: 360, rate: 23.7, codec: "VP8" }), "640 × 360, 24 a second, VP8");
  assert.equal(pictureText({ width: 640, height: 360, rate: 0, codec: "" }), "640 × 360, 0 a second");
});
