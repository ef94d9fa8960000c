// SPDX-License-Identifier: Apache-2.0

import { displayName } from "../people.js";
import { element } from "./elements.js";

/** @typedef {import("../people.js").People} People */
/** @typedef {import("../protocol.js").PersonState} PersonState */

const SHORTEST_PIN = 4;
const TOO_SHORT = "A PIN has at least 4 characters.";

/** The people of the room, and its door. */
export class RoomPanel {
  #list = element("people", HTMLUListElement);
  #template = element("person-template", HTMLTemplateElement);
  #ownDoor = element("own-door", HTMLElement);
  #door = element("door-state", HTMLElement);
  #lock = element("lock", HTMLButtonElement);
  #pin = element("new-pin", HTMLInputElement);
  #setPIN = element("set-pin", HTMLButtonElement);
  #removePIN = element("remove-pin", HTMLButtonElement);
  #problem = element("pin-problem", HTMLElement);
  #actions;

  /**
   * @param {{ lock: (locked: boolean) => void, setPIN: (pin: string) => void }} actions
   * @param {AbortSignal} signal
   */
  constructor(actions, signal) {
    this.#actions = actions;
    const isLocked = () => this.#lock.getAttribute("aria-checked") === "true";
    this.#lock.addEventListener("click", () => actions.lock(!isLocked()), { signal });
    this.#setPIN.addEventListener("click", () => this.#submitPIN(), { signal });
    this.#removePIN.addEventListener("click", () => actions.setPIN(""), { signal });
    this.#pin.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.isComposing) this.#submitPIN();
    }, { signal });
    signal.addEventListener("abort", () => this.#reset());
    this.#reset();
  }

  /**
   * @param {People} people
   * @param {PersonState} self
   */
  show(people, self) {
    const { door, isHost, others, ownId } = people;
    const rows = [
      this.#row({ ...self, name: self.name ? `${self.name} (you)` : "You" }, door.host === ownId),
      ...others.map((person) => this.#row(person, door.host === person.peerId)),
    ];
    this.#list.replaceChildren(...rows);
    this.#ownDoor.hidden = !isHost;
    this.#door.hidden = isHost;
    this.#door.textContent = doorSentence(people);
    this.#lock.setAttribute("aria-checked", String(door.locked));
    this.#setPIN.textContent = door.hasPin ? "Change PIN" : "Set PIN";
    this.#removePIN.hidden = !door.hasPin;
  }

  #reset() {
    this.#list.replaceChildren();
    this.#ownDoor.hidden = true;
    this.#door.textContent = this.#pin.value = this.#problem.textContent = "";
  }

  /**
   * @param {PersonState & { away?: boolean }} person
   * @param {boolean} isHost
   */
  #row(person, isHost) {
    const row = this.#template.content.firstElementChild?.cloneNode(true);
    if (!(row instanceof HTMLElement)) throw new TypeError("the person template is empty");
    const name = row.querySelector("bdi");
    if (name) name.textContent = displayName(person);
    const marks = { away: person.away, host: isHost, hand: person.hand, audio: person.audio === false, video: person.video === false };
    for (const [mark, shown] of Object.entries(marks)) {
      const found = row.querySelector(`[data-mark="${mark}"]`);
      if (found instanceof HTMLElement) found.hidden = !shown;
    }
    return row;
  }

  #submitPIN() {
    const pin = this.#pin.value.trim();
    const isTooShort = Array.from(pin).length < SHORTEST_PIN;
    this.#problem.textContent = isTooShort ? TOO_SHORT : "";
    if (isTooShort) return this.#pin.focus();
    this.#actions.setPIN(pin);
  }
}

/** @param {People} people */
function doorSentence({ door }) {
  const state = door.locked ? "The room is locked: newcomers wait until somebody lets them in."
    : door.hasPin ? "Newcomers need the PIN, or wait until somebody lets them in."
    : "Everybody with the link can join.";
  return `${state} The host can change that.`;
}
