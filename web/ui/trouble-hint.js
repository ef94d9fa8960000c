// SPDX-License-Identifier: Apache-2.0

import { systemClock, Timer } from "../clock.js";
import { element } from "./elements.js";

/** A connection that is not there after this long has more than the usual wait. In milliseconds. */
const PATIENCE = 12_000;

/** Leads to the check of the network when a call does not come about. */
export class TroubleHint {
  #hint = element("trouble", HTMLElement);
  #timer = new Timer(systemClock);
  #announce;

  /** @param {(text: string) => void} announce */
  constructor(announce) {
    this.#announce = announce;
  }

  /** @param {import("../call.js").CallStatus} status */
  show(status) {
    if (status !== "connecting" && status !== "reconnecting") return this.clear();
    if (this.#timer.running || !this.#hint.hidden) return;
    this.#timer.start(PATIENCE, () => {
      this.#hint.hidden = false;
      this.#announce(this.#hint.textContent ?? "");
    });
  }

  clear() {
    this.#timer.stop();
    this.#hint.hidden = true;
  }
}
