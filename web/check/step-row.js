// SPDX-License-Identifier: Apache-2.0

/** @typedef {import("./doctor.js").Entry} Entry */
/** @typedef {import("./doctor.js").StepState} StepState */

/** @type {Record<StepState, string>} */
const STATES = {
  waiting: "Waiting",
  running: "Running…",
  passed: "Passed",
  warning: "Warning",
  failed: "Failed",
  skipped: "Skipped",
};

/** One step on the page. */
export class StepRow {
  #state;
  #text;
  #advice;
  #button;
  #label;
  #icon;
  /** @type {StepState} */
  #shown = "waiting";

  /**
   * @param {HTMLTemplateElement} template
   * @param {number} number
   * @param {() => void} onRun
   */
  constructor(template, number, onRun) {
    const row = template.content.firstElementChild?.cloneNode(true);
    if (!(row instanceof HTMLElement)) throw new TypeError("the step template is empty");
    this.element = row;
    this.#part("b").textContent = String(number);
    this.#state = this.#part(".step-state");
    this.#text = this.#part(".step-text");
    this.#advice = this.#part(".step-advice");
    this.#button = this.#part(".step-button");
    this.#label = this.#part(".step-button span");
    this.#icon = this.element.querySelector(".step-button use");
    this.#button.addEventListener("click", () => {
      // The button goes away while the step runs.
      this.element.focus();
      onRun();
    });
  }

  /**
   * @param {Entry} entry
   * @returns {string} what is to be said about it, "" for nothing
   */
  show({ id, title, about, onRequest, state, text, advice }) {
    this.element.dataset.step = id;
    this.element.dataset.state = state;
    this.#part("h2").textContent = title;
    this.#state.textContent = onRequest && state === "waiting" ? "Optional" : STATES[state];
    this.#text.textContent = text || about;
    this.#advice.textContent = advice;
    this.#showButton(onRequest, state);
    const isNews = state !== this.#shown && state !== "waiting" && state !== "running";
    this.#shown = state;
    if (!isNews) return "";
    // What is well, and what is skipped, is of no interest in detail.
    const isBad = state === "failed" || state === "warning";
    return [`${title}: ${STATES[state]}.`, ...(isBad || onRequest ? [text, advice] : [])].filter(Boolean).join(" ");
  }

  /**
   * @param {boolean} onRequest
   * @param {StepState} state
   */
  #showButton(onRequest, state) {
    this.#button.hidden = !(state === "failed" || (onRequest && (state === "waiting" || state === "warning")));
    const isFirst = onRequest && state === "waiting";
    this.#label.textContent = isFirst ? "Try camera and microphone" : "Try again";
    this.#icon?.setAttribute("href", isFirst ? "#icon-camera" : "#icon-again");
  }

  /**
   * @param {string} selector
   * @returns {HTMLElement}
   */
  #part(selector) {
    const found = this.element.querySelector(selector);
    if (!(found instanceof HTMLElement)) throw new TypeError(`a step has no ${selector}`);
    return found;
  }
}
