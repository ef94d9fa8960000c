// SPDX-License-Identifier: Apache-2.0

import { element } from "./elements.js";

/** A dialog above the call. The browser keeps the focus in it, and gives it back to where it was. */
export class Modal {
  #dialog;

  /**
   * @param {string} id its button for closing is `close-ID`
   * @param {() => void} onClose
   * @param {AbortSignal} signal
   */
  constructor(id, onClose, signal) {
    this.#dialog = element(id, HTMLDialogElement);
    element(`close-${id}`, HTMLButtonElement).addEventListener("click", () => this.close(), { signal });
    this.#dialog.addEventListener("close", onClose, { signal });
    this.#dialog.addEventListener("click", ({ target, clientX, clientY }) => {
      if (target === this.#dialog && !this.#contains(clientX, clientY)) this.close();
    }, { signal });
    signal.addEventListener("abort", () => {
      this.close();
      // The event of that comes when nobody listens any more.
      onClose();
    });
  }

  get isOpen() {
    return this.#dialog.open;
  }

  open() {
    if (!this.#dialog.open) this.#dialog.showModal();
  }

  close() {
    this.#dialog.close();
  }

  /**
   * Clicks on what is behind a dialog are clicks on the dialog.
   *
   * @param {number} x
   * @param {number} y
   */
  #contains(x, y) {
    const { left, top, right, bottom } = this.#dialog.getBoundingClientRect();
    return x >= left && x <= right && y >= top && y <= bottom;
  }
}
