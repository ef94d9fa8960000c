// SPDX-License-Identifier: Apache-2.0

/** @typedef {import("./protocol.js").ServerMessage} ServerMessage */
/** @typedef {import("./protocol.js").ChatEntry} ChatEntry */

/**
 * @typedef {object} ChatLine
 * @property {string} name
 * @property {string} text
 * @property {boolean} own
 * @property {Date} time
 */

/** As many as the server keeps for newcomers, and as many again. */
const REMEMBERED = 200;

/** The chat of a call, across reconnects: history that was seen before is not shown again. */
export class ChatLog {
  #onLine;
  #now;
  /** @type {Set<string>} */
  #ownIds = new Set();
  /** Oldest first. @type {Set<string>} */
  #seen = new Set();

  /**
   * @param {(line: ChatLine, isNew: boolean) => void} onLine `isNew` unless it was said before we came
   * @param {() => number} now milliseconds since 1970
   */
  constructor(onLine, now) {
    this.#onLine = onLine;
    this.#now = now;
  }

  /** @param {ServerMessage} message */
  receive(message) {
    if (message.type === "joined") this.#ownIds.add(message.peerId);
    if (message.type === "chat") this.#add(message, true);
    if (message.type === "chat-history") for (const entry of message.messages) this.#add(entry, false);
  }

  /**
   * @param {ChatEntry} entry
   * @param {boolean} isNew
   */
  #add({ id, from, name, text, age }, isNew) {
    const key = `${from} ${id}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    for (const oldest of this.#seen) {
      if (this.#seen.size <= REMEMBERED) break;
      this.#seen.delete(oldest);
    }
    const own = this.#ownIds.has(from);
    this.#onLine({ name: name || "Guest", text, own, time: new Date(this.#now() - age * 1000) }, isNew);
  }
}
