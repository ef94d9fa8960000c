// SPDX-License-Identifier: Apache-2.0

/** Doubling delays up to a limit: by default 1, 2, 4, 8, 16, 30, 30 … seconds. */
export class Backoff {
  #first;
  #limit;
  #attempts = 0;

  /**
   * @param {number} [first] in milliseconds
   * @param {number} [limit] in milliseconds
   */
  constructor(first = 1000, limit = 30_000) {
    this.#first = first;
    this.#limit = limit;
  }

  /** How many delays were taken since the last reset. */
  get attempts() {
    return this.#attempts;
  }

  /** The delay before the next attempt, in milliseconds. */
  next() {
    const delay = Math.min(this.#first * 2 ** this.#attempts, this.#limit);
    this.#attempts += 1;
    return delay;
  }

  reset() {
    this.#attempts = 0;
  }
}
