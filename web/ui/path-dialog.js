// SPDX-License-Identifier: Apache-2.0

import { systemClock, Timer } from "../clock.js";
import { byteText, pathSentence, protocolName, remoteName, staysOnPort, verdict } from "../network-path.js";
import { element } from "./elements.js";
import { Modal } from "./modal.js";

/** @typedef {import("../network-path.js").NetworkPath} NetworkPath */
/** @typedef {{ id: string, name: string, path: NetworkPath | null }} Other */

const INTERVAL = 2000;
/** Row of the page itself among those of the members, whose ids are never empty. */
const PAGE = "";

/** Shows which way everything goes, and whether that is one port. */
export class PathDialog {
  #modal;
  #others;
  #verdict = element("path-verdict", HTMLElement);
  #list = element("paths", HTMLUListElement);
  #template = element("path-template", HTMLTemplateElement);
  #timer = new Timer(systemClock);
  /** Kept from one look to the next: who reads or marks something is not disturbed. @type {Map<string, HTMLElement>} */
  #rows = new Map();
  #port = Number(location.port || 443);

  /**
   * @param {() => Promise<Other[]>} others
   * @param {AbortSignal} signal
   */
  constructor(others, signal) {
    this.#others = others;
    this.#modal = new Modal("path", () => this.#timer.stop(), signal);
    signal.addEventListener("abort", () => this.#list.replaceChildren());
  }

  async open() {
    this.#modal.open();
    await this.#update();
  }

  async #update() {
    const others = await this.#others();
    if (!this.#modal.isOpen) return;
    this.#show(others);
    this.#timer.start(INTERVAL, () => void this.#update());
  }

  /** @param {Other[]} others */
  #show(others) {
    const { state, text } = verdict(others, this.#port);
    this.#verdict.dataset.state = state;
    // A live region speaks whenever it is written to.
    if (this.#verdict.textContent !== text) this.#verdict.textContent = text;
    const ids = new Set([PAGE, ...others.map(({ id }) => id)]);
    for (const [id, row] of this.#rows) if (!ids.has(id)) this.#remove(id, row);
    this.#showPage();
    for (const other of others) this.#showOther(other);
  }

  #showPage() {
    const way = `To ${location.hostname}, port ${this.#port}, by HTTPS and a WebSocket over TLS.`;
    this.#fill(PAGE, "good", "Page and signaling", way, null);
  }

  /** @param {Other} other */
  #showOther({ id, name, path }) {
    const state = path ? (staysOnPort(path, this.#port) ? "good" : "bad") : "none";
    this.#fill(id, state, name, pathSentence(path), path);
  }

  /**
   * @param {string} id
   * @param {string} state
   * @param {string} name
   * @param {string} way
   * @param {NetworkPath | null} path
   */
  #fill(id, state, name, way, path) {
    const row = this.#rows.get(id) ?? this.#add(id);
    row.dataset.state = state;
    part(row, "bdi").textContent = name;
    part(row, ".path-way").textContent = way;
    part(row, "dl").hidden = !path;
    if (!path) return;
    part(row, '[data-fact="protocol"]').textContent = protocolName(path);
    part(row, '[data-fact="remote"]').textContent = remoteName(path);
    part(row, '[data-fact="sent"]').textContent = byteText(path.sent);
    part(row, '[data-fact="received"]').textContent = byteText(path.received);
  }

  /** @param {string} id */
  #add(id) {
    const row = this.#template.content.firstElementChild?.cloneNode(true);
    if (!(row instanceof HTMLElement)) throw new TypeError("the path template is empty");
    this.#rows.set(id, row);
    this.#list.append(row);
    return row;
  }

  /**
   * @param {string} id
   * @param {HTMLElement} row
   */
  #remove(id, row) {
    row.remove();
    this.#rows.delete(id);
  }
}

/**
 * @param {HTMLElement} row
 * @param {string} selector
 * @returns {HTMLElement}
 */
function part(row, selector) {
  const found = row.querySelector(selector);
  if (!(found instanceof HTMLElement)) throw new TypeError(`a path has no ${selector}`);
  return found;
}
