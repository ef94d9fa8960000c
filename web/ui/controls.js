// SPDX-License-Identifier: Apache-2.0

import { element } from "./elements.js";

/** @typedef {import("../media.js").Kind} Kind */

/**
 * @typedef {object} ControlActions
 * @property {(kind: Kind, muted: boolean) => void} mute
 * @property {(raised: boolean) => void} raiseHand
 * @property {() => void} share
 * @property {() => void} leave
 */

/** The bar at the bottom of a call. */
export class Controls {
  #audio = element("mute-audio", HTMLButtonElement);
  #video = element("mute-video", HTMLButtonElement);
  #hand = element("raise-hand", HTMLButtonElement);
  #share = element("share-screen", HTMLButtonElement);
  #openChat = element("open-chat", HTMLButtonElement);
  #openRoom = element("open-room", HTMLButtonElement);

  /**
   * @param {ControlActions} actions
   * @param {AbortSignal} signal
   */
  constructor(actions, signal) {
    onToggle(this.#audio, (muted) => actions.mute("audio", muted), signal);
    onToggle(this.#video, (muted) => actions.mute("video", muted), signal);
    onToggle(this.#hand, (raised) => actions.raiseHand(raised), signal);
    this.#share.addEventListener("click", () => actions.share(), { signal });
    element("leave", HTMLButtonElement).addEventListener("click", () => actions.leave(), { signal });
    press(this.#hand, false);
    press(this.#share, false);
    this.#openChat.dataset.news = "false";
    this.showKnocks(0);
  }

  /**
   * @param {Kind} kind
   * @param {boolean} muted
   */
  showMuted(kind, muted) {
    press(kind === "audio" ? this.#audio : this.#video, muted);
  }

  /** @param {boolean} can */
  offerShare(can) {
    this.#share.hidden = !can;
  }

  /** @param {boolean} sharing */
  showSharing(sharing) {
    press(this.#share, sharing);
  }

  /** @param {Kind | "hand"} which as if it was clicked */
  toggle(which) {
    const button = { audio: this.#audio, video: this.#video, hand: this.#hand }[which];
    button.click();
    return button.getAttribute("aria-pressed") === "true";
  }

  showUnread() {
    this.#openChat.dataset.news = "true";
  }

  /** @param {number} count */
  showKnocks(count) {
    this.#openRoom.dataset.news = String(count > 0);
  }
}

/**
 * The name of the button stays; that it is on is said by aria-pressed.
 *
 * @param {HTMLButtonElement} button
 * @param {(pressed: boolean) => void} act
 * @param {AbortSignal} signal
 */
function onToggle(button, act, signal) {
  button.addEventListener("click", () => {
    const pressed = button.getAttribute("aria-pressed") !== "true";
    press(button, pressed);
    act(pressed);
  }, { signal });
}

/**
 * @param {HTMLButtonElement} button
 * @param {boolean} pressed
 */
function press(button, pressed) {
  button.setAttribute("aria-pressed", String(pressed));
}
