// SPDX-License-Identifier: Apache-2.0

/** @typedef {import("./protocol.js").ClientMessage} ClientMessage */
/** @typedef {import("./protocol.js").JoinedMessage} JoinedMessage */
/** @typedef {import("./protocol.js").ResumedMessage} ResumedMessage */

/** More than is ever sent without an answer in between; what the server lacks of older ones is lost with the seat. */
const KEPT = 500;

/**
 * Our place in a room, for as long as the server holds it: what we come back with, and what each side has got of the
 * other, so that nothing is lost and nothing comes twice (docs/signaling-protocol.md, "Coming back").
 */
export class Seat {
  #peerId;
  #token;
  /** In milliseconds. */
  hold;
  /** What we were told, `joined` included. */
  #received = 1;
  /** How many messages we sent. */
  #sent = 0;
  /**
   * The newest of them, which the server may not have.
   * @type {ClientMessage[]}
   */
  #kept = [];

  /**
   * @param {string} peerId
   * @param {string} token
   * @param {number} hold in seconds
   */
  constructor(peerId, token, hold) {
    this.#peerId = peerId;
    this.#token = token;
    this.hold = hold * 1000;
  }

  /**
   * @param {JoinedMessage} joined
   * @returns {Seat | null} null from a server that holds no seats
   */
  static of({ peerId, resumeToken, hold = 0 }) {
    return resumeToken === undefined ? null : new Seat(peerId, resumeToken, hold);
  }

  get sent() {
    return this.#sent;
  }

  /** @returns {ClientMessage} */
  get request() {
    return { type: "resume", peerId: this.#peerId, resumeToken: this.#token, received: this.#received };
  }

  /** A message of the server, whatever it says. */
  countReceived() {
    this.#received += 1;
  }

  /** @param {ClientMessage} message that is sent, now or when we are back */
  keep(message) {
    this.#sent += 1;
    this.#kept.push(message);
    if (this.#kept.length > KEPT) this.#kept.shift();
  }

  /** @param {number} count of our messages, which the server has by now */
  forget(count) {
    this.#kept.splice(0, count - (this.#sent - this.#kept.length));
  }

  /**
   * @param {ResumedMessage} resumed
   * @returns {ClientMessage[] | null} what has to be sent again; null when that is gone
   */
  resume({ resumeToken, received }) {
    this.#token = resumeToken;
    if (received < this.#sent - this.#kept.length) return null;
    this.forget(received);
    return [...this.#kept];
  }
}
