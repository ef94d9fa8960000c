// SPDX-License-Identifier: Apache-2.0

/** @typedef {import("./grade.js").Grade} Grade */

/** What is poor for a shorter time nobody needs to hear of. In milliseconds. */
const PATIENCE = 10_000;

/** Decides when a change of quality is worth saying aloud: once when it is bad for long, and once when that is over. */
export class QualityNews {
  /** Since when it has not been good. */
  #since = Infinity;
  #isTold = false;

  /**
   * An interruption is told by whoever sees it first, so "lost" counts as bad but adds no news of its own.
   *
   * @param {Grade} grade
   * @param {number} now in milliseconds
   * @returns {"poor" | "good" | null} what to say
   */
  take(grade, now) {
    if (grade === "good") {
      const wasTold = this.#isTold;
      [this.#since, this.#isTold] = [Infinity, false];
      return wasTold ? "good" : null;
    }
    if (grade === "unknown") return null;
    this.#since = Math.min(this.#since, now);
    if (this.#isTold || grade !== "poor" || now - this.#since < PATIENCE) return null;
    this.#isTold = true;
    return "poor";
  }
}
