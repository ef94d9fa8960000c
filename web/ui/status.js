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

  /** @param {HTMLElement} element */
  constructor(element) {
    this.#element = element;
  }

  /** @param {CallStatus} status */
  show(status) {
    if (this.#element.dataset.status === status) return;
    this.#element.dataset.status = status;
    this.#element.textContent = STATUS_TEXT[status];
  }

  clear() {
    this.#element.dataset.status = "idle";
    this.#element.textContent = "";
  }
}
