// SPDX-License-Identifier: Apache-2.0

import { Timer } from "./clock.js";

/** @typedef {import("./clock.js").Clock} Clock */

const LOOK_EVERY = 1000;
/** Background pages may be a second late, and busy ones a little. */
const JUMP = 5000;

/** Notices that the machine has slept: the clock on the wall went on, and timers did not. */
export class SleepWatch {
  #clock;
  #onWake;
  #timer;
  #last;

  /**
   * @param {Clock} clock
   * @param {() => void} onWake
   */
  constructor(clock, onWake) {
    this.#clock = clock;
    this.#onWake = onWake;
    this.#timer = new Timer(clock);
    this.#last = clock.now();
    this.#look();
  }

  close() {
    this.#timer.stop();
  }

  #look() {
    const now = this.#clock.now();
    const passed = now - this.#last;
    this.#last = now;
    this.#timer.start(LOOK_EVERY, () => this.#look());
    if (passed > LOOK_EVERY + JUMP) this.#onWake();
  }
}
