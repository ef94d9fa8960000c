// SPDX-License-Identifier: Apache-2.0

/** @typedef {import("../call.js").CallStatus} CallStatus */

/** @type {Record<CallStatus, string>} */
export const STATUS_TEXT = {
  connecting: "Connecting…",
  knocking: "Waiting to be let in…",
  waiting: "Waiting for others to join…",
  connected: "Connected",
  reconnecting: "Reconnecting…",
  disconnected: "Disconnected",
};

/** The connection status, as a live region: every change of text is spoken, so nothing is written twice. */
export class StatusLine {
  #element;
  /** How long an interruption lasts: seen, not spoken. */
  #elapsed = document.createElement("span");
  #ticking = 0;

  /** @param {HTMLElement} element */
  constructor(element) {
    this.#element = element;
    this.#elapsed.setAttribute("aria-hidden", "true");
  }

  /** @param {CallStatus} status */
  show(status) {
    if (this.#element.dataset.status === status) return;
    this.#element.dataset.status = status;
    this.#element.textContent = STATUS_TEXT[status];
    clearInterval(this.#ticking);
    if (status === "reconnecting") this.#count();
  }

  #count() {
    const began = Date.now();
    this.#elapsed.textContent = "";
    this.#element.append(this.#elapsed);
    this.#ticking = setInterval(() => {
      this.#elapsed.textContent = ` ${Math.max(0, Math.round((Date.now() - began) / 1000))} s`;
    }, 1000);
  }

  clear() {
    clearInterval(this.#ticking);
    this.#element.dataset.status = "idle";
    this.#element.textContent = "";
  }
}
