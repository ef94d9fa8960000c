// SPDX-License-Identifier: Apache-2.0

/** @typedef {import("./protocol.js").ServerMessage} ServerMessage */
/** @typedef {import("./protocol.js").Person} Person */
/** @typedef {import("./protocol.js").Door} Door */

/**
 * @typedef {object} PeopleObserver
 * @property {() => void} changed something about somebody or about the door
 * @property {(person: Person) => void} joined somebody came after us
 * @property {(person: Person) => void} left
 * @property {(person: Person) => void} raisedHand
 * @property {(person: Person) => void} sharedScreen somebody began to, or stopped
 * @property {(person: Person) => void} knocked
 */

/** Who is in the room and at its door, and what they say about themselves. */
export class People {
  #observer;
  /** @type {Map<string, Person>} */
  #others = new Map();
  /** @type {Map<string, Person>} */
  #knocking = new Map();
  /** @type {Required<Door>} */
  #door = { host: "", locked: false, hasPin: false };
  #ownId = "";

  /** @param {PeopleObserver} observer */
  constructor(observer) {
    this.#observer = observer;
  }

  get ownId() {
    return this.#ownId;
  }

  get others() {
    return [...this.#others.values()];
  }

  get knocking() {
    return [...this.#knocking.values()];
  }

  get door() {
    return this.#door;
  }

  get isHost() {
    return this.#ownId !== "" && this.#door.host === this.#ownId;
  }

  /** @param {string} id */
  get(id) {
    return this.#others.get(id);
  }

  /** @param {ServerMessage} message */
  receive(message) {
    const change = this.#apply(message);
    if (!change) return;
    this.#observer.changed();
    change();
  }

  /**
   * @param {ServerMessage} message
   * @returns {(() => void) | undefined} what else to tell when the change is in place; nothing without a change
   */
  #apply(message) {
    switch (message.type) {
      case "joined":
        this.#ownId = message.peerId;
        this.#knocking.clear();
        // A server of the plain protocol tells ids only.
        this.#others = new Map(message.peers.map((peerId) => [peerId, { peerId }]));
        for (const person of message.members ?? []) this.#others.set(person.peerId, person);
        return this.#setDoor(message);
      case "room":
        return this.#setDoor(message);
      case "peer-joined":
        this.#others.set(message.peerId, message);
        return () => this.#observer.joined(message);
      case "peer-state":
        return this.#update(message);
      case "peer-left":
        return this.#remove(message.peerId);
      case "knock":
        this.#knocking.set(message.peerId, message);
        return () => this.#observer.knocked(message);
      case "knock-ended":
        return this.#knocking.delete(message.peerId) ? nothing : undefined;
      default:
        return undefined;
    }
  }

  /** @param {Door} door */
  #setDoor({ host = "", locked = false, hasPin = false }) {
    this.#door = { host, locked, hasPin };
    return nothing;
  }

  /** @param {Person} person */
  #update(person) {
    const before = this.#others.get(person.peerId);
    this.#others.set(person.peerId, person);
    return () => {
      if (person.hand && !before?.hand) this.#observer.raisedHand(person);
      if (Boolean(person.screen) !== Boolean(before?.screen)) this.#observer.sharedScreen(person);
    };
  }

  /** @param {string} id */
  #remove(id) {
    const person = this.#others.get(id);
    this.#others.delete(id);
    return person && (() => this.#observer.left(person));
  }
}

/** @param {{ name?: string } | undefined} person */
export function displayName(person) {
  return person?.name || "Guest";
}

function nothing() {}
