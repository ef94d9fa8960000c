// SPDX-License-Identifier: Apache-2.0

import { displayName } from "../people.js";
import { element } from "./elements.js";

/** @typedef {import("../protocol.js").Person} Person */

/** Who is at the door, with the buttons to open it. */
export class KnockList {
  #list = element("knocks", HTMLElement);
  #template = element("knock-template", HTMLTemplateElement);
  #actions;
  /** @type {Map<string, HTMLElement>} */
  #items = new Map();

  /**
   * @param {{ admit: (id: string) => void, decline: (id: string) => void }} actions
   * @param {AbortSignal} signal
   */
  constructor(actions, signal) {
    this.#actions = actions;
    signal.addEventListener("abort", () => this.#list.replaceChildren());
  }

  /** @param {Person[]} people */
  show(people) {
    const ids = new Set(people.map(({ peerId }) => peerId));
    for (const [id, item] of this.#items) {
      if (ids.has(id)) continue;
      item.remove();
      this.#items.delete(id);
    }
    // Those who are there stay as they are: a button must not move away from under a finger.
    for (const person of people) if (!this.#items.has(person.peerId)) this.#add(person);
    this.#list.hidden = people.length === 0;
  }

  /** @param {Person} person */
  #add(person) {
    const item = this.#template.content.firstElementChild?.cloneNode(true);
    if (!(item instanceof HTMLElement)) throw new TypeError("the knock template is empty");
    const [decline, admit] = item.querySelectorAll("button");
    const name = item.querySelector("bdi");
    if (!name || !decline || !admit) throw new TypeError("the knock template lacks a part");
    name.textContent = displayName(person);
    admit.setAttribute("aria-label", `Let ${displayName(person)} in`);
    decline.setAttribute("aria-label", `Decline ${displayName(person)}`);
    admit.addEventListener("click", () => this.#actions.admit(person.peerId));
    decline.addEventListener("click", () => this.#actions.decline(person.peerId));
    this.#items.set(person.peerId, item);
    this.#list.append(item);
  }
}
