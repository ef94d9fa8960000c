// SPDX-License-Identifier: Apache-2.0

import { element } from "./elements.js";
import { speak } from "./spoken.js";

/** As long as a sentence and a decision need. */
const TOAST_DURATION = 7000;

/** @typedef {{ label: string, act: () => void }} Action */

/** Tells the person what happens: in words for screen readers, and where it matters in a note above the controls. */
export class Announcer {
  #region = element("announcer", HTMLElement);
  #toast = element("toast", HTMLElement);
  #text = element("toast-text", HTMLElement);
  #button = element("toast-action", HTMLButtonElement);
  #timer = 0;

  /** @param {string} text */
  announce(text) {
    speak(this.#region, text);
  }

  /**
   * @param {string} text
   * @param {Action} [action]
   */
  notify(text, action) {
    this.#text.textContent = text;
    this.#button.hidden = !action;
    this.#button.textContent = action?.label ?? "";
    this.#button.onclick = () => {
      this.hide();
      action?.act();
    };
    this.#toast.dataset.shown = "true";
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.hide(), TOAST_DURATION);
  }

  hide() {
    clearTimeout(this.#timer);
    this.#toast.dataset.shown = "false";
    this.#text.textContent = "";
    this.#button.hidden = true;
  }

  clear() {
    this.hide();
    this.#region.replaceChildren();
  }
}
