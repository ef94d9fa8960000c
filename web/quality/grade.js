// SPDX-License-Identifier: Apache-2.0

/** @typedef {import("./measure.js").Measurement} Measurement */
/** @typedef {import("../peer-link.js").LinkState} LinkState */

/**
 * How a connection is: "unknown" until it has been there for a moment; "lost": nothing arrives.
 * @typedef {"unknown" | "good" | "poor" | "lost"} Grade
 *
 * Why it is not good, the worst first: "slow-there": the other one's connection takes less than we send.
 * @typedef {"interrupted" | "loss" | "delay" | "frozen" | "slow-there" | "loss-there"} Reason
 *
 * @typedef {object} Look What there is to grade.
 * @property {LinkState} state
 * @property {Measurement | null} measurement null before there are two readings
 * @property {boolean} isCongested whether the relay tells that the other one gets our media too late
 */

/**
 * A measurement is bad from the first number on, and well below the second. Between them it leaves things as they are.
 *
 * | what | bad | well |
 * |---|---|---|
 * | packets lost, here or there | 5 % | 2 % |
 * | round trip | 600 ms | 400 ms |
 * | picture stands still | 25 % of the time | 10 % |
 *
 * @type {[reason: Reason, name: "loss" | "roundTrip" | "frozen" | "lossThere", bad: number, well: number][]}
 */
const LIMITS = [
  ["loss", "loss", 0.05, 0.02],
  ["delay", "roundTrip", 0.6, 0.4],
  ["frozen", "frozen", 0.25, 0.1],
  ["loss-there", "lossThere", 0.05, 0.02],
];

/** One bad measurement is bad luck. */
const BAD_FOR_POOR = 2;
/** A mark that comes and goes says nothing. */
const WELL_FOR_GOOD = 3;
/** Of a connection that still looks connected. */
const SILENT_FOR_LOST = 3;

/** Grades one connection, look by look. */
export class Grader {
  /** @type {Grade} */
  #grade = "unknown";
  /** @type {Reason | null} */
  #reason = null;
  #bad = 0;
  #well = 0;
  #silent = 0;

  get grade() {
    return this.#grade;
  }

  /** Null when it is good, or unknown. */
  get reason() {
    return this.#reason;
  }

  /** @param {Look} look */
  take({ state, measurement, isCongested }) {
    if (state === "connecting") return;
    if (state === "reconnecting") return this.#lose();
    if (!measurement) return;
    this.#silent = measurement.isSilent ? this.#silent + 1 : 0;
    if (this.#silent >= SILENT_FOR_LOST) return this.#lose();
    // It takes longer to be good than to be back.
    if (this.#grade === "lost" && !measurement.isSilent) this.#become("poor", "interrupted");
    if (this.#grade === "unknown") this.#become("good", null);
    this.#judge(measurement, isCongested);
  }

  #lose() {
    [this.#bad, this.#well] = [0, 0];
    this.#become("lost", "interrupted");
  }

  /**
   * @param {Measurement} measurement
   * @param {boolean} isCongested
   */
  #judge(measurement, isCongested) {
    // Whatever else is bad then follows from that.
    const reason = isCongested ? "slow-there" : worst(measurement);
    const isWell = !isCongested && LIMITS.every(([, name, , well]) => (measurement[name] ?? 0) < well);
    this.#bad = reason ? this.#bad + 1 : 0;
    this.#well = isWell ? this.#well + 1 : 0;
    // The relay has watched for a while before it tells.
    if (reason && (isCongested || this.#bad >= BAD_FOR_POOR)) this.#become("poor", reason);
    else if (this.#well >= WELL_FOR_GOOD) this.#become("good", null);
  }

  /**
   * @param {Grade} grade
   * @param {Reason | null} reason
   */
  #become(grade, reason) {
    [this.#grade, this.#reason] = [grade, reason];
  }
}

/**
 * @param {Measurement} measurement
 * @returns {Reason | null}
 */
function worst(measurement) {
  return LIMITS.find(([, name, bad]) => (measurement[name] ?? 0) >= bad)?.[0] ?? null;
}
