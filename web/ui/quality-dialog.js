// SPDX-License-Identifier: Apache-2.0

import { pathSentence, protocolName } from "../network-path.js";
import { percentText, pictureText, rateText, timeText, verdictOn } from "../quality/words.js";
import { element } from "./elements.js";
import { Modal } from "./modal.js";

/** @typedef {import("../quality/control.js").Quality} Quality */
/** @typedef {import("../network-path.js").NetworkPath} NetworkPath */
/** @typedef {{ name: string, quality: Quality, path: NetworkPath | null }} Connection */

/** How the connection to one person is, in numbers. */
export class QualityDialog {
  #modal;
  #connection;
  #name = element("quality-name", HTMLElement);
  #verdict = element("quality-verdict", HTMLElement);
  #advice = element("quality-advice", HTMLElement);
  #facts = element("quality-facts", HTMLElement);
  #path = element("quality-path", HTMLElement);
  /** Whose it is, while it is open. */
  #id = "";

  /**
   * @param {(id: string) => Promise<Connection | null>} connection null when there is none (any more)
   * @param {AbortSignal} signal
   */
  constructor(connection, signal) {
    this.#connection = connection;
    this.#modal = new Modal("quality", () => (this.#id = ""), signal);
  }

  /** @param {string} id */
  async open(id) {
    this.#id = id;
    await this.update(id);
    if (this.#id === id) this.#modal.open();
  }

  /** @param {string} id of somebody of whom there is something new */
  async update(id) {
    if (id !== this.#id) return;
    const connection = await this.#connection(id);
    if (id !== this.#id) return;
    if (connection) this.#show(connection);
    else this.#modal.close();
  }

  /** @param {Connection} connection */
  #show({ name, quality, path }) {
    const { text, advice } = verdictOn(quality, name);
    this.#name.textContent = name;
    this.#verdict.dataset.state = quality.grade === "unknown" ? "none" : quality.grade;
    // A live region speaks whenever it is written to.
    if (this.#verdict.textContent !== text) this.#verdict.textContent = text;
    this.#advice.textContent = advice;
    this.#path.textContent = pathSentence(path);
    this.#fill("protocol", path ? protocolName(path) : "–");
    this.#showMeasurement(quality.measurement);
  }

  /** @param {Quality["measurement"]} measured */
  #showMeasurement(measured) {
    this.#fill("round-trip", timeText(measured?.roundTrip ?? null));
    this.#fill("loss", measured ? percentText(measured.loss) : "–");
    this.#fill("loss-there", measured ? percentText(measured.lossThere) : "–");
    this.#fill("received", measured ? rateText(measured.received) : "–");
    this.#fill("sent", measured ? rateText(measured.sent) : "–");
    this.#fill("incoming", pictureText(measured?.incoming ?? null));
    this.#fill("outgoing", pictureText(measured?.outgoing ?? null));
  }

  /**
   * @param {string} fact
   * @param {string} text
   */
  #fill(fact, text) {
    const place = this.#facts.querySelector(`[data-fact="${fact}"]`);
    if (place && place.textContent !== text) place.textContent = text;
  }
}
