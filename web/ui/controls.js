// SPDX-License-Identifier: Apache-2.0

import { element } from "./elements.js";

/**
 * @typedef {object} ControlActions
 * @property {(muted: boolean) => void} muteAudio
 * @property {(muted: boolean) => void} muteVideo
 * @property {() => void} leave
 */

/** The bar at the bottom of a call. */
export class Controls {
  #toggles;

  /** @param {ControlActions} actions */
  constructor(actions) {
    this.#toggles = [
      new MuteToggle(element("mute-audio", HTMLButtonElement), actions.muteAudio),
      new MuteToggle(element("mute-video", HTMLButtonElement), actions.muteVideo),
    ];
    element("leave", HTMLButtonElement).addEventListener("click", actions.leave);
  }

  /** Every call starts with microphone and camera on. */
  reset() {
    for (const toggle of this.#toggles) toggle.release();
  }
}

/** The name of the button stays; that it is on is said by aria-pressed. */
class MuteToggle {
  #button;

  /**
   * @param {HTMLButtonElement} button
   * @param {(muted: boolean) => void} onChange
   */
  constructor(button, onChange) {
    this.#button = button;
    button.addEventListener("click", () => {
      const muted = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(muted));
      onChange(muted);
    });
  }

  release() {
    this.#button.setAttribute("aria-pressed", "false");
  }
}
