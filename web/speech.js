// SPDX-License-Identifier: Apache-2.0

/** Louder than the noise of a quiet room (-34 dBFS). */
const THRESHOLD = 0.02;
/** Words have pauses; a mark that flickers with them is a nuisance. */
const HOLD = 900;

/** Whether somebody speaks, from levels that are looked at now and then. */
export class Speech {
  #heard = -Infinity;
  #since = -Infinity;

  /**
   * @param {number} level 0 to 1
   * @param {number} now milliseconds
   * @returns {boolean}
   */
  update(level, now) {
    const wasSpeaking = this.#speaksAt(now);
    if (level >= THRESHOLD) {
      if (!wasSpeaking) this.#since = now;
      this.#heard = now;
    }
    return this.#speaksAt(now);
  }

  /**
   * For how long, in milliseconds; 0 when silent.
   *
   * @param {number} now
   */
  duration(now) {
    return this.#speaksAt(now) ? this.#heard - this.#since : 0;
  }

  /** @param {number} now */
  #speaksAt(now) {
    return now - this.#heard < HOLD;
  }
}

/** About 20 ms: the shortest sound that counts. */
const BLOCK = 1024;

/**
 * How loud the loudest moment is in samples from -1 to 1: the root mean square of a block.
 *
 * @param {Float32Array} samples
 */
export function loudness(samples) {
  let loudest = 0;
  for (let start = 0; start < samples.length; start += BLOCK) {
    const block = samples.subarray(start, start + BLOCK);
    const energy = block.reduce((sum, sample) => sum + sample ** 2, 0) / block.length;
    loudest = Math.max(loudest, energy);
  }
  return Math.sqrt(loudest);
}
