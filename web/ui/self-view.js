// SPDX-License-Identifier: Apache-2.0

import { element } from "./elements.js";

/** @typedef {import("../media.js").Kind} Kind */

/** The small mirrored picture of oneself. */
export class SelfView {
  #frame = element("self-view", HTMLElement);
  #video = element("local-video", HTMLVideoElement);

  /** @param {MediaStream} stream */
  showStream(stream) {
    this.#video.srcObject = stream;
  }

  stop() {
    this.#video.srcObject = null;
    this.showSpeaking(false);
    this.showHand(false);
  }

  /**
   * @param {Kind} kind
   * @param {boolean} muted
   */
  showMuted(kind, muted) {
    this.#frame.dataset[kind] = muted ? "off" : "on";
  }

  /** @param {boolean} speaking */
  showSpeaking(speaking) {
    this.#frame.dataset.speaking = String(speaking);
  }

  /** @param {boolean} raised */
  showHand(raised) {
    this.#frame.dataset.hand = raised ? "up" : "down";
  }
}
