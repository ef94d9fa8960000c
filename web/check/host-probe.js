// SPDX-License-Identifier: Apache-2.0

import { within } from "./deadline.js";
import { Problem } from "./problem.js";

/** Small, never cached, and not among what the service worker answers: it comes from the server or not at all. */
const FILE = "/healthz";
const CONTENT = "ok\n";
const PATIENCE = 10_000;

/**
 * @typedef {object} HostProbeOptions
 * @property {(url: string, options: RequestInit) => Promise<Response>} fetch
 * @property {import("../clock.js").Clock} clock
 * @property {() => number} now in milliseconds
 * @property {() => boolean} isOnline what the device itself believes
 */

/**
 * Whether the server that sent this page still answers over HTTPS, with its own words.
 *
 * @param {HostProbeOptions} options
 * @returns {Promise<number>} how long that took, in milliseconds
 */
export async function probeHost({ fetch, clock, now, isOnline }) {
  if (!isOnline()) throw new Problem("offline");
  const begin = now();
  const response = await within(clock, PATIENCE, "silent", (resolve, reject) => {
    // Redirects are not followed: a page where one signs in to a network is not the answer.
    fetch(FILE, { cache: "no-store", redirect: "manual" })
      .then(async (answer) => resolve({ status: answer.status, text: await answer.text() }))
      .catch(() => reject(new Problem("unreachable")));
  });
  if (response.status !== 200 || response.text !== CONTENT) throw new Problem("foreign", [`HTTP ${response.status}`]);
  return now() - begin;
}
