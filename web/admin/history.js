// SPDX-License-Identifier: Apache-2.0

/** What charts show, in milliseconds. */
export const SPAN = 10 * 60_000;

/** Samples farther apart have nothing between them that is known: the page was hidden, or the server away. */
const GAP = 10_000;

/**
 * @typedef {Record<string, number | null>} Values
 * @typedef {{ at: number, value: number | null }} Point `at` in milliseconds
 */

/** The samples of the last ten minutes. */
export class History {
  /** @type {{ at: number, values: Values }[]} */
  #samples = [];

  /**
   * @param {number} at in milliseconds
   * @param {Values} values
   */
  add(at, values) {
    // Later ones are there when the clock was set back.
    this.#samples = this.#samples.filter((sample) => sample.at > at - SPAN && sample.at < at);
    this.#samples.push({ at, values });
  }

  get newest() {
    return this.#samples.at(-1)?.at ?? 0;
  }

  /**
   * @param {string} name
   * @returns {Point[]} in order of time, with a null where nothing is known
   */
  points(name) {
    return this.#samples.flatMap(({ at, values }, index) => {
      const point = { at, value: values[name] ?? null };
      const before = this.#samples[index - 1]?.at ?? at;
      return at - before > GAP ? [{ at: before + 1, value: null }, point] : [point];
    });
  }
}
