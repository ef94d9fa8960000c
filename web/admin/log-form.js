// SPDX-License-Identifier: Apache-2.0

import { element } from "../ui/elements.js";
import { setText } from "./dom.js";

/** As swift-log names them. */
const LEVELS = ["trace", "debug", "info", "notice", "warning", "error", "critical"];

/** How much the server logs. */
export class LogForm {
  #select = element("log-level", HTMLSelectElement);
  #hint = element("log-hint", HTMLElement);
  #shown = "";

  /** @param {(level: string) => void} onSet */
  constructor(onSet) {
    this.#select.append(...LEVELS.map((level) => new Option(level)));
    element("log-form", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      onSet(this.#select.value);
    });
  }

  /** @param {string} level */
  show(level) {
    setText(this.#hint, level && `The server logs ${level} and above, until it reads its configuration again.`);
    // Somebody may be choosing.
    if (level === this.#shown) return;
    this.#shown = level;
    if (LEVELS.includes(level)) this.#select.value = level;
  }
}
