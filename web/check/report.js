// SPDX-License-Identifier: Apache-2.0

/** @typedef {import("./doctor.js").Entry} Entry */
/** @typedef {{ state: "running" | "passed" | "warning" | "failed", text: string, detail: string }} Headline */

/**
 * All of it in one line: which step failed and why, or that calls work.
 *
 * @param {Entry[]} entries
 * @returns {Headline}
 */
export function headline(entries) {
  // Camera and microphone say nothing about the network.
  const network = entries.filter(({ onRequest }) => !onRequest);
  const failed = network.find(({ state }) => state === "failed");
  if (failed) {
    const text = `${failed.title} failed: ${failed.headline}`;
    return { state: "failed", text, detail: failed.text };
  }
  if (network.some(({ state }) => state === "running" || state === "waiting")) {
    return { state: "running", text: "Checking the way to a call…", detail: "This takes a few seconds." };
  }
  const limited = network.find(({ state }) => state === "warning");
  if (limited) {
    return { state: "warning", text: `Calls work from here, but ${limited.headline}`, detail: limited.advice };
  }
  return { state: "passed", text: "Calls work from here", detail: "Page, signaling and media all get through." };
}

/**
 * What to send to whoever runs the network or the server. Made of what the steps say, and of nothing else: credentials,
 * rooms and addresses of this device are in none of it.
 *
 * @param {Entry[]} entries
 * @param {{ origin: string, time: Date, browser: string }} about
 */
export function report(entries, { origin, time, browser }) {
  const steps = entries.map(({ title, state, text, advice, details }, index) =>
    [`${index + 1}. ${title}: ${state}`, ...[text, advice, ...details].filter(Boolean).map((line) => `   ${line}`)]);
  return [
    `Connection check of ${origin}`,
    `Result: ${headline(entries).text}`,
    `Time: ${time.toISOString()}`,
    `Browser: ${browser}`,
    "",
    ...steps.flat(),
    "",
  ].join("\n");
}
