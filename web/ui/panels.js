// SPDX-License-Identifier: Apache-2.0

import { element } from "./elements.js";

/** @typedef {"chat" | "room"} PanelName */

const NAMES = /** @type {const} */ (["chat", "room"]);

/** What opens beside the pictures, or above them on a phone; one at a time. */
export class Panels {
  #screen;
  /** @type {(name: PanelName) => void} */
  onOpen = () => {};

  /**
   * @param {HTMLElement} screen
   * @param {AbortSignal} signal
   */
  constructor(screen, signal) {
    this.#screen = screen;
    for (const name of NAMES) {
      this.#button(name).addEventListener("click", () => this.toggle(name), { signal });
      element(`close-${name}`, HTMLButtonElement).addEventListener("click", () => this.close(name), { signal });
      this.#panel(name).addEventListener("keydown", (event) => {
        if (event.key === "Escape") this.close(name);
      }, { signal });
    }
  }

  /** @returns {PanelName | undefined} */
  get open() {
    return NAMES.find((name) => !this.#panel(name).hidden);
  }

  /** @param {PanelName} name */
  opener(name) {
    return { label: "Open", act: () => this.open !== name && this.toggle(name) };
  }

  /** @param {PanelName} name */
  toggle(name) {
    const opens = this.open !== name;
    for (const each of NAMES) this.#show(each, each === name && opens);
    if (!opens) return this.#button(name).focus();
    this.onOpen(name);
    // Into the panel, also where there is nothing to write: Escape and the next Tab are meant for it.
    (this.#panel(name).querySelector("textarea") ?? element(`close-${name}`, HTMLButtonElement)).focus();
  }

  /** @param {PanelName} [name] where the focus goes back to its button */
  close(name) {
    for (const each of NAMES) this.#show(each, false);
    if (name) this.#button(name).focus();
  }

  /**
   * @param {PanelName} name
   * @param {boolean} open
   */
  #show(name, open) {
    this.#panel(name).hidden = !open;
    this.#button(name).setAttribute("aria-expanded", String(open));
    if (open) this.#button(name).dataset.news = "false";
    this.#screen.dataset.panel = this.open ?? "none";
  }

  /** @param {PanelName} name */
  #panel(name) {
    return element(`${name}-panel`, HTMLElement);
  }

  /** @param {PanelName} name */
  #button(name) {
    return element(`open-${name}`, HTMLButtonElement);
  }
}
