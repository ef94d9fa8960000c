// SPDX-License-Identifier: Apache-2.0

import { Timer } from "../clock.js";

/** @typedef {import("./plan.js").View} View */

/** Few enough that a window that is dragged larger does not change everybody's cameras all the time. */
const HEIGHTS = [0, 120, 180, 270, 360, 540, 720, 1080, 1440, 2160];
/** What changes at once is told at once, but together. In milliseconds. */
const PAUSE = 300;
/** A glance at another tab costs nobody a new key frame. */
const HIDDEN_PAUSE = 4000;

/** Tells the others how large we show them: more than that they need not send. */
export class Views {
  #shown;
  #send;
  #timer;
  /**
   * By id, as they know it.
   *
   * @type {Map<string, View>}
   */
  #told = new Map();

  /**
   * @param {() => Map<string, View>} shown by id, now
   * @param {(id: string, view: View) => boolean} send whether it goes out
   * @param {import("../clock.js").Clock} clock
   */
  constructor(shown, send, clock) {
    this.#shown = shown;
    this.#send = send;
    this.#timer = new Timer(clock);
  }

  /** Something may be shown larger or smaller. */
  changed() {
    const isHidden = [...this.#shown().values()].every(({ camera, screen }) => camera === 0 && screen === 0);
    this.#timer.start(isHidden ? HIDDEN_PAUSE : PAUSE, () => this.#tell());
  }

  /** @param {string} [id] who is gone, or all of them */
  forget(id) {
    if (id === undefined) this.#told.clear();
    else this.#told.delete(id);
  }

  close() {
    this.#timer.stop();
  }

  #tell() {
    for (const [id, shown] of this.#shown()) {
      const view = { camera: step(shown.camera), screen: step(shown.screen) };
      const told = this.#told.get(id);
      if (told?.camera === view.camera && told.screen === view.screen) continue;
      if (this.#send(id, view)) this.#told.set(id, view);
    }
  }
}

/** @param {number} height */
function step(height) {
  return HEIGHTS.find((each) => each >= Math.round(height)) ?? HEIGHTS[HEIGHTS.length - 1];
}
