// SPDX-License-Identifier: Apache-2.0

import { SHORTCUTS } from "../shortcuts.js";
import { element } from "./elements.js";
import { Modal } from "./modal.js";

/** The keys, and whether they do anything. */
export class HelpDialog {
  #modal;
  #list = element("shortcuts", HTMLElement);
  #use = element("use-shortcuts", HTMLButtonElement);

  /**
   * @param {boolean} used
   * @param {(used: boolean) => void} onUse
   * @param {AbortSignal} signal
   */
  constructor(used, onUse, signal) {
    this.#modal = new Modal("help", () => {}, signal);
    this.#list.replaceChildren(...SHORTCUTS.map(row));
    this.#show(used);
    this.#use.addEventListener("click", () => {
      const isUsed = this.#use.getAttribute("aria-checked") !== "true";
      this.#show(isUsed);
      onUse(isUsed);
    }, { signal });
  }

  open() {
    this.#modal.open();
  }

  /** @param {boolean} used */
  #show(used) {
    this.#use.setAttribute("aria-checked", String(used));
    this.#list.dataset.used = String(used);
  }
}

/** @param {import("../shortcuts.js").Shortcut} shortcut */
function row({ keys, text }) {
  const line = document.createElement("div");
  const term = document.createElement("dt");
  const meaning = document.createElement("dd");
  const names = keys.map((key) => Object.assign(document.createElement("kbd"), { textContent: key }));
  term.append(...names.flatMap((name, index) => (index > 0 ? [" … ", name] : [name])));
  meaning.textContent = text;
  line.append(term, meaning);
  return line;
}
