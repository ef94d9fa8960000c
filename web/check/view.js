// SPDX-License-Identifier: Apache-2.0

import { copy } from "../ui/copy.js";
import { element } from "../ui/elements.js";
import { speak } from "../ui/spoken.js";
import { StepRow } from "./step-row.js";

/** @typedef {import("./doctor.js").Entry} Entry */
/** @typedef {import("./doctor.js").StepId} StepId */

/**
 * @typedef {object} CheckActions
 * @property {() => void} run everything
 * @property {(id: StepId) => void} runFrom one step again, and what depends on it
 */

const COPY = "Copy report";

/** The page: the result in one line, the steps below, and the report. */
export class CheckView {
  #result = element("result", HTMLElement);
  #headline = element("headline", HTMLElement);
  #detail = element("detail", HTMLElement);
  #report = element("report", HTMLElement);
  #announcer = element("announcer", HTMLElement);
  #run = element("run", HTMLButtonElement);
  /** @type {Map<StepId, StepRow>} */
  #rows = new Map();

  /**
   * @param {Entry[]} entries
   * @param {CheckActions} actions
   */
  constructor(entries, actions) {
    const list = element("steps", HTMLOListElement);
    const template = element("step-template", HTMLTemplateElement);
    for (const [index, entry] of entries.entries()) {
      const row = new StepRow(template, index + 1, () => actions.runFrom(entry.id));
      row.show(entry);
      list.append(row.element);
      this.#rows.set(entry.id, row);
    }
    // Not disabled while it runs: the focus would be lost.
    this.#run.addEventListener("click", () => this.#isBusy || actions.run());
    element("copy", HTMLButtonElement).addEventListener("click", () => void this.#copy());
  }

  get #isBusy() {
    return this.#run.getAttribute("aria-disabled") === "true";
  }

  /** @param {Entry} entry */
  showStep(entry) {
    const said = this.#rows.get(entry.id)?.show(entry);
    if (said) speak(this.#announcer, said);
  }

  /**
   * @param {import("./report.js").Headline} headline
   * @param {boolean} isRunning
   */
  showResult({ state, text, detail }, isRunning) {
    this.#run.setAttribute("aria-disabled", String(isRunning));
    this.#result.dataset.state = state;
    // A live region speaks whenever it is written to.
    if (this.#headline.textContent !== text) this.#headline.textContent = text;
    if (this.#detail.textContent !== detail) this.#detail.textContent = detail;
  }

  /** @param {string} text */
  showReport(text) {
    this.#report.textContent = text;
  }

  async #copy() {
    const text = this.#report.textContent ?? "";
    const isCopied = await copy(text, this.#report, element("copy-label", HTMLElement), COPY);
    if (isCopied) speak(this.#announcer, "Report copied");
    else element("report-box", HTMLDetailsElement).open = true;
  }
}
