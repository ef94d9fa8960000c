// SPDX-License-Identifier: Apache-2.0

import { Problem } from "./problem.js";

/** @typedef {import("../clock.js").Clock} Clock */

/**
 * What `begin` settles to, or a problem of this code when that takes too long: most firewalls refuse by silence.
 *
 * @template T
 * @param {Clock} clock
 * @param {number} milliseconds
 * @param {string} code
 * @param {(resolve: (value: T) => void, reject: (reason: Error) => void) => void} begin
 * @returns {Promise<T>}
 */
export async function within(clock, milliseconds, code, begin) {
  /** @type {any} */
  let timer;
  try {
    return await new Promise((resolve, reject) => {
      timer = clock.setTimeout(() => reject(new Problem(code)), milliseconds);
      begin(resolve, reject);
    });
  } finally {
    clock.clearTimeout(timer);
  }
}
