// SPDX-License-Identifier: Apache-2.0

import { element } from "./elements.js";

/** Reminds of the key while push to talk is on. */
export class TalkHint {
  #hint = element("talk-hint", HTMLElement);
  #text = element("talk-hint-text", HTMLElement);

  /** @param {{ enabled: boolean, held: boolean }} talk */
  show({ enabled, held }) {
    this.#hint.hidden = !enabled;
    this.#hint.dataset.held = String(held);
    this.#text.textContent = held ? "You are heard" : "Hold to speak";
  }
}
