// SPDX-License-Identifier: Apache-2.0

/** @typedef {import("../peer-link.js").LinkState} LinkState */

/** One remote participant: picture or placeholder, and how the connection is doing. */
export class Tile {
  element;
  #video;
  #stream = new MediaStream();
  #onSilenced;

  /**
   * @param {HTMLTemplateElement} template
   * @param {string} id
   * @param {() => void} onSilenced the browser refused to play sound without a gesture
   */
  constructor(template, id, onSilenced) {
    const element = template.content.firstElementChild?.cloneNode(true);
    if (!(element instanceof HTMLElement)) throw new TypeError("the tile template is empty");
    const video = element.querySelector("video");
    if (!video) throw new TypeError("the tile template has no video");
    element.dataset.peer = id;
    video.srcObject = this.#stream;
    // Dimensions exist from the first decoded frame on.
    video.addEventListener("resize", () => this.#showPicture());
    this.element = element;
    this.#video = video;
    this.#onSilenced = onSilenced;
  }

  /** @param {LinkState} state */
  setState(state) {
    this.element.dataset.state = state;
  }

  /** @param {MediaStreamTrack} track replaces the previous one of its kind: a rebuilt connection brings new ones */
  setTrack(track) {
    for (const previous of this.#stream.getTracks()) {
      if (previous.kind === track.kind && previous !== track) this.#stream.removeTrack(previous);
    }
    this.#stream.addTrack(track);
    if (track.kind === "video") {
      track.onmute = track.onunmute = track.onended = () => this.#showPicture();
      this.#showPicture();
    }
    void this.play();
  }

  async play() {
    this.#video.muted = false;
    try {
      await this.#video.play();
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== "NotAllowedError") return;
      // Pictures may always play; the sound waits for a tap.
      this.#video.muted = true;
      this.#onSilenced();
      await this.#video.play().catch(() => {});
    }
  }

  close() {
    this.#video.srcObject = null;
    this.element.remove();
  }

  #showPicture() {
    const visible = this.#stream.getVideoTracks().some((track) => !track.muted && track.readyState === "live");
    this.element.dataset.video = visible && this.#video.videoWidth > 0 ? "on" : "off";
  }
}
