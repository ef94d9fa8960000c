// SPDX-License-Identifier: Apache-2.0

import { copy } from "./copy.js";
import { element } from "./elements.js";

const LABEL = "Copy link";

/** The address that others open to meet us: in the empty room, and beside the list of people. */
export class Invite {
  #address;

  /**
   * @param {URL} address
   * @param {AbortSignal} signal
   */
  constructor(address, signal) {
    this.#address = address;
    this.#setUp("invite-address", "copy-link", "copy-link-label", signal);
    this.#setUp("room-address", "share-link", "share-link-label", signal);
  }

  /**
   * @param {string} addressID
   * @param {string} buttonID
   * @param {string} labelID
   * @param {AbortSignal} signal
   */
  #setUp(addressID, buttonID, labelID, signal) {
    const shown = element(addressID, HTMLElement);
    const label = element(labelID, HTMLElement);
    shown.textContent = `${this.#address.host}${decodeURI(this.#address.pathname)}`.replace(/\/$/, "");
    element(buttonID, HTMLButtonElement).addEventListener("click", () => {
      void copy(this.#address.href, shown, label, LABEL);
    }, { signal });
  }
}
