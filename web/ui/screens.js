// SPDX-License-Identifier: Apache-2.0

import { element } from "./elements.js";

/** The two screens of the page: join, with its notice, and call. */
export class Screens {
  #joinScreen = element("join-screen", HTMLElement);
  #callScreen = element("call-screen", HTMLElement);
  #join = element("join", HTMLButtonElement);
  #notice = element("notice", HTMLElement);

  /**
   * @param {string} room
   * @param {() => void} onJoin
   */
  constructor(room, onJoin) {
    element("room", HTMLElement).hidden = room === "default";
    element("room-name", HTMLElement).textContent = room;
    this.#join.addEventListener("click", onJoin);
  }

  /** While the browser asks for devices; a second click must not ask again. */
  showJoining() {
    this.#notice.textContent = "";
    this.#join.disabled = true;
  }

  /** @param {string} [notice] why we are back here, if it was not the person's own choice */
  showJoin(notice = "") {
    const wasInCall = !this.#callScreen.hidden;
    this.#callScreen.hidden = true;
    this.#joinScreen.hidden = false;
    this.#join.disabled = false;
    this.#notice.textContent = notice;
    if (wasInCall) this.#join.focus();
  }

  showCall() {
    this.#joinScreen.hidden = true;
    this.#callScreen.hidden = false;
    // The focused button is gone; a screen reader continues from here.
    this.#callScreen.focus();
  }

  /** @param {string} notice kept until the next action, "" to remove it */
  notify(notice) {
    this.#notice.textContent = notice;
  }
}
