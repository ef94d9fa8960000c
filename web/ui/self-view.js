// SPDX-License-Identifier: Apache-2.0

import { element } from "./elements.js";

/** The small mirrored picture of oneself. */
export class SelfView {
  #frame = element("self-view", HTMLElement);
  #video = element("local-video", HTMLVideoElement);

  /** @param {MediaStream} stream */
  start(stream) {
    this.#video.srcObject = stream;
    this.showMuted("audio", false);
    this.showMuted("video", false);
  }

  stop() {
    this.#video.srcObject = null;
  }

  /**
   * @param {"audio" | "video"} kind
   * @param {boolean} muted
   */
  showMuted(kind, muted) {
    this.#frame.dataset[kind] = muted ? "off" : "on";
  }
}
