// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { problemWords, speedOutcome } from "../check/words.js";

const APART = { host: "call.test", port: 443, relayHost: "turn.test", relayPort: 443 };
const TOGETHER = { ...APART, relayHost: "call.test" };

/** Which problems each step can have, from the code that has them. */
const SOURCES = {
  host: ["host-probe.js"],
  signaling: ["signaling-probe.js"],
  relay: ["relay-probe.js"],
  echo: ["echo-pair.js"],
  speed: ["echo-pair.js", "measure.js"],
};

function codes(file) {
  const source = readFileSync(new URL(`../check/${file}`, import.meta.url), "utf8");
  const places = source.match(/new Problem\([^)]*\)|within\([^)]*?,[^)]*?, "\w+"|return [^;]*"\w+";/g) ?? [];
  return new Set(places.flatMap((place) => place.match(/"(\w+)"/g) ?? []).map((quoted) => quoted.slice(1, -1)));
}

test("every problem has a headline, a sentence and something to do", () => {
  let count = 0;
  for (const [step, files] of Object.entries(SOURCES)) {
    for (const code of files.flatMap((file) => [...codes(file)])) {
      const { headline, text, advice } = problemWords(step, code, APART);
      assert.match(headline, /^[\w][^.]*$/, `${step} ${code}`);
      for (const sentence of [text, advice]) assert.match(sentence, /^\S.*\.$/, `${step} ${code}`);
      count += 1;
    }
  }
  assert.ok(count >= 17, `${count} problems were found`);
});

test("a relay behind the address of the page says more: that address is not blocked", () => {
  const apart = problemWords("relay", "unreachable", APART);
  assert.match(apart.text, /no connection to turn\.test, port 443/);
  assert.match(apart.advice, /may be blocked.*TCP port 443 to turn\.test/);
  const together = problemWords("relay", "unreachable", TOGETHER);
  assert.match(together.text, /Pages of call\.test load/);
  assert.match(together.advice, /inspects TLS/);
  assert.doesNotMatch(together.advice, /may be blocked/);
});

test("speed is judged by what a call needs", () => {
  assert.deepEqual(speedOutcome(12.34, 24_400_000), {
    state: "passed",
    text: "There and back in 12 ms; about 24 Mbit/s get through.",
    details: ["round trip 12.3 ms", "throughput 24400 kbit/s"],
  });
  assert.equal(speedOutcome(20, 3_210_000).text, "There and back in 20 ms; about 3.2 Mbit/s get through.");
  const slow = speedOutcome(50, 640_000);
  assert.deepEqual([slow.state, slow.headline], ["warning", "the network is slow"]);
  assert.match(slow.text, /about 640 kbit\/s/);
  assert.deepEqual(speedOutcome(900, 5e6).headline, "the way is long");
});
