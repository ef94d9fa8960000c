// SPDX-License-Identifier: Apache-2.0

/**
 * The only source of time, so that tests can drive it.
 *
 * @typedef {object} Clock
 * @property {(action: () => void, milliseconds: number) => any} setTimeout
 * @property {(id: any) => void} clearTimeout
 * @property {() => number} now in milliseconds, on the wall: it goes on while the machine sleeps
 */

/** Browsers keep the delay in 32 bits with a sign; a longer one would fire at once. */
const LONGEST_DELAY = 2 ** 31 - 1;

/** @type {Clock} */
export const systemClock = {
  setTimeout: (action, milliseconds) => globalThis.setTimeout(action, milliseconds),
  clearTimeout: (id) => globalThis.clearTimeout(id),
  now: () => Date.now(),
};

/** One deadline that can be moved or dropped; starting it again forgets the previous one. */
export class Timer {
  #clock;
  /** @type {any} */
  #id = null;

  /** @param {Clock} clock */
  constructor(clock) {
    this.#clock = clock;
  }

  get running() {
    return this.#id !== null;
  }

  /**
   * @param {number} milliseconds
   * @param {() => void} action
   */
  start(milliseconds, action) {
    this.stop();
    this.#id = this.#clock.setTimeout(() => {
      this.#id = null;
      action();
    }, Math.min(milliseconds, LONGEST_DELAY));
  }

  stop() {
    if (this.#id === null) return;
    this.#clock.clearTimeout(this.#id);
    this.#id = null;
  }
}
