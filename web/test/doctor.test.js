// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { Doctor } from "../check/doctor.js";
import { headline, report } from "../check/report.js";

/** Four steps of which each needs the one before, and one on request; `results` says what becomes of them. */
function examine(results = {}) {
  const ran = [];
  const history = [];
  const step = (id, title, needs, onRequest) => ({
    id, title, needs, onRequest, about: `about ${id}`,
    run: async () => {
      ran.push(id);
      return (results[id] ?? (() => ({ state: "passed", text: `${id} is well` })))();
    },
  });
  const doctor = new Doctor([
    step("host", "Call server"),
    step("signaling", "Signaling", "host"),
    step("relay", "Media relay", "signaling"),
    step("echo", "Echo", "relay"),
    step("devices", "Camera", undefined, true),
  ], ({ id, state }) => history.push(`${id} ${state}`));
  return { doctor, ran, history, results };
}

const failed = () => ({ state: "failed", text: "It is blocked.", advice: "Ask.", headline: "no connection" });
const states = (doctor) => doctor.entries.map(({ state }) => state);

test("steps run one after the other, and what is on request does not", async () => {
  const { doctor, ran, history } = examine();
  assert.deepEqual(states(doctor), Array(5).fill("waiting"));
  await doctor.run();
  assert.deepEqual(ran, ["host", "signaling", "relay", "echo"]);
  assert.deepEqual(states(doctor), ["passed", "passed", "passed", "passed", "waiting"]);
  const order = history.filter((line) => !line.endsWith("waiting"));
  assert.deepEqual(order.slice(0, 4), ["host running", "host passed", "signaling running", "signaling passed"]);
  assert.equal(headline(doctor.entries).state, "passed");
});

test("what depends on a failed step is skipped, and says which one that was", async () => {
  const { doctor, ran } = examine({ signaling: failed });
  await doctor.run();
  assert.deepEqual(ran, ["host", "signaling"]);
  assert.deepEqual(states(doctor), ["passed", "failed", "skipped", "skipped", "waiting"]);
  for (const { text } of doctor.entries.slice(2, 4)) assert.match(text, /“Signaling”/);
  assert.deepEqual(headline(doctor.entries), {
    state: "failed", text: "Signaling failed: no connection", detail: "It is blocked.",
  });
});

test("a failed step runs again with what was skipped for it, and nothing else", async () => {
  const { doctor, ran, results } = examine({ signaling: failed });
  await doctor.run();
  delete results.signaling;
  ran.length = 0;
  await doctor.runFrom("signaling");
  assert.deepEqual(ran, ["signaling", "relay", "echo"]);
  assert.deepEqual(states(doctor), ["passed", "passed", "passed", "passed", "waiting"]);
});

test("what is on request runs alone, and says nothing about the network", async () => {
  const { doctor, ran } = examine({ devices: () => ({ state: "warning", text: "Refused.", advice: "Allow." }) });
  await doctor.run();
  ran.length = 0;
  await doctor.runFrom("devices");
  assert.deepEqual(ran, ["devices"]);
  assert.equal(doctor.entries[4].state, "warning");
  assert.equal(headline(doctor.entries).state, "passed");
});

test("a warning lets what follows run, and limits the result", async () => {
  const slow = { state: "warning", text: "Slow.", headline: "the network is slow" };
  const { doctor, ran } = examine({ relay: () => slow });
  await doctor.run();
  assert.ok(ran.includes("echo"));
  assert.equal(headline(doctor.entries).text, "Calls work from here, but the network is slow");
});

test("a step that throws has failed, by the name of its error alone", async () => {
  const { doctor } = examine({
    relay: () => {
      throw new TypeError("username 1790000000:b7c1 is bad");
    },
  });
  await doctor.run();
  assert.deepEqual(states(doctor).slice(2, 4), ["failed", "skipped"]);
  assert.match(doctor.entries[2].text, /TypeError/);
  assert.doesNotMatch(doctor.entries[2].text, /b7c1/);
});

test("while it runs, there is no result and no second run", async () => {
  let finish;
  const { doctor, ran } = examine({ signaling: () => new Promise((resolve) => (finish = resolve)) });
  const run = doctor.run();
  await new Promise(setImmediate);
  assert.equal(doctor.running, true);
  assert.equal(headline(doctor.entries).state, "running");
  await doctor.run();
  await doctor.runFrom("host");
  assert.deepEqual(ran, ["host", "signaling"]);
  // But a person who asks for the camera is not kept waiting.
  await doctor.runFrom("devices");
  assert.deepEqual(ran, ["host", "signaling", "devices"]);
  assert.equal(headline(doctor.entries).state, "running");
  finish({ state: "passed", text: "" });
  await run;
  assert.equal(doctor.running, false);
  assert.equal(headline(doctor.entries).state, "passed");
});

test("whoever listens is told last when it is over", async () => {
  const seen = [];
  const doctor = new Doctor(
    [{ id: "host", title: "Call server", about: "", run: async () => ({ state: "passed", text: "" }) }],
    () => seen.push(doctor.running),
  );
  await doctor.run();
  assert.deepEqual([seen.at(-2), seen.at(-1)], [true, false]);
});

test("the report has every step, what to do, and the lines for experts", async () => {
  const { doctor } = examine({ relay: () => ({ ...failed(), details: ["ICE error 701"] }) });
  await doctor.run();
  const time = new Date("2026-11-28T20:00:00Z");
  const text = report(doctor.entries, { origin: "https://call.test", time, browser: "Mozilla/5.0 (Test)" });
  assert.equal(text, `Connection check of https://call.test
Result: Media relay failed: no connection
Time: 2026-11-28T20:00:00.000Z
Browser: Mozilla/5.0 (Test)

1. Call server: passed
   host is well
2. Signaling: passed
   signaling is well
3. Media relay: failed
   It is blocked.
   Ask.
   ICE error 701
4. Echo: skipped
   Not tried: “Media relay” must work first.
5. Camera: waiting
`);
});
