// SPDX-License-Identifier: Apache-2.0

import { GRADES } from "../quality/words.js";

/** @typedef {import("../quality/grade.js").Grade} Grade */

/** On a tile, how the connection to its person is. Pressed, it tells more. */
export class QualityMark {
  #button;
  #name = "";
  /** @type {Grade} */
  #grade = "unknown";

  /**
   * @param {HTMLButtonElement} button
   * @param {() => void} onPress
   */
  constructor(button, onPress) {
    this.#button = button;
    button.addEventListener("click", onPress);
  }

  /** @param {string} name of the person */
  setName(name) {
    this.#name = name;
    this.#describe();
  }

  /** @param {Grade} grade */
  show(grade) {
    if (grade === this.#grade) return;
    this.#grade = grade;
    this.#button.hidden = grade === "unknown";
    this.#button.dataset.grade = grade;
    this.#describe();
  }

  #describe() {
    this.#button.setAttribute("aria-label", `Connection to ${this.#name}: ${GRADES[this.#grade]}`);
  }
}
