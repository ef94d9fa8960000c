// SPDX-License-Identifier: Apache-2.0

import { element } from "../ui/elements.js";
import { Modal } from "../ui/modal.js";
import { setText } from "./dom.js";
import { AdminProblem } from "./problem.js";
import { refusalSentence } from "./words.js";

/** @typedef {import("./words.js").Question} Question */

/** Asks before something ends, and stays if that fails. */
export class QuestionDialog {
  #modal;
  #problem = element("question-problem", HTMLElement);
  #answer = element("answer", HTMLButtonElement);
  #isBusy = false;
  #number = 0;
  /** @type {() => Promise<void>} */
  #act = async () => {};
  /** @type {HTMLElement | null} */
  #home = null;

  constructor() {
    this.#modal = new Modal("question", () => this.#closed(), new AbortController().signal);
    this.#answer.addEventListener("click", () => void this.#do());
  }

  /**
   * @param {Question} question
   * @param {() => Promise<void>} act
   * @param {HTMLElement} home where the focus goes if what was pressed is gone
   */
  ask({ title, text, action }, act, home) {
    this.#number += 1;
    this.#act = act;
    this.#home = home;
    this.#isBusy = false;
    setText(element("question-title", HTMLElement), title);
    setText(element("question-text", HTMLElement), text);
    setText(this.#answer, action);
    setText(this.#problem, "");
    this.#modal.open();
    // Not the one that ends something.
    element("close-question", HTMLButtonElement).focus();
  }

  async #do() {
    if (this.#isBusy) return;
    const number = this.#number;
    this.#isBusy = true;
    setText(this.#problem, "");
    try {
      await this.#act();
      if (number === this.#number) this.#modal.close();
    } catch (error) {
      const problem = error instanceof AdminProblem ? error : new AdminProblem("odd");
      if (number === this.#number) setText(this.#problem, refusalSentence(problem));
    } finally {
      if (number === this.#number) this.#isBusy = false;
    }
  }

  #closed() {
    this.#number += 1;
    if (document.activeElement === document.body) this.#home?.focus();
  }
}
