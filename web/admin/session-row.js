// SPDX-License-Identifier: Apache-2.0

import { copyOf, part, setLongText, setText } from "./dom.js";
import { bitRate, byteCount, count, delay, duration } from "./format.js";
import { bytes } from "./rates.js";
import { sessionName } from "./words.js";

/** @typedef {import("./listings.js").Session} Session */

/**
 * @typedef {object} ShownSession
 * @property {Session} session
 * @property {string} who the member and the room, or ""
 * @property {number | null} rate in bit/s
 * @property {number} now by the server's clock, in seconds since 1970
 */

/** One session in the table. */
export class SessionRow {
  /** @type {Session | null} */
  #session = null;
  #end;

  /** @param {(session: Session) => void} onEnd */
  constructor(onEnd) {
    this.element = copyOf("session-template");
    this.#end = part(this.element, "button", HTMLButtonElement);
    this.#end.addEventListener("click", () => this.#session && onEnd(this.#session));
  }

  /** @param {ShownSession} shown */
  show({ session, who, rate, now }) {
    this.#session = session;
    const { user, realm, transport, client, relayed, startedAt } = session;
    this.#showPair("user", user || "–", who || realm);
    this.#showPair("client", client || "–", relayed.length ? `→ ${relayed.join(", ")}` : "");
    this.#showText("transport", transport.toUpperCase() || "–");
    this.#showText("age", duration(startedAt === null ? null : now - startedAt));
    this.#showText("rate", bitRate(rate));
    this.#showText("bytes", byteCount(bytes(session)));
    this.#showText("queue", delay(session.queueDelay));
    this.#showText("drops", count(session.dropped));
    const name = `End the session of ${sessionName(session)}${client && user ? ` from ${client}` : ""}`;
    this.#end.setAttribute("aria-label", name);
    // Nobody can tell the server which one it is.
    this.#end.hidden = !session.id;
  }

  /**
   * @param {string} cell
   * @param {string} text
   */
  #showText(cell, text) {
    setText(part(this.element, `[data-cell="${cell}"]`), text);
  }

  /**
   * @param {string} cell
   * @param {string} first
   * @param {string} second
   */
  #showPair(cell, first, second) {
    setLongText(part(this.element, `[data-cell="${cell}"] bdi`), first);
    setLongText(part(this.element, `[data-cell="${cell}"] small`), second);
  }
}
