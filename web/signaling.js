// SPDX-License-Identifier: Apache-2.0

import { Backoff } from "./backoff.js";
import { Timer } from "./clock.js";
import { parseServerMessage } from "./protocol.js";
import { Seat } from "./seat.js";

/** @typedef {import("./protocol.js").ServerMessage} ServerMessage */
/** @typedef {import("./protocol.js").ClientMessage} ClientMessage */
/** @typedef {import("./protocol.js").ErrorMessage} ErrorMessage */
/** @typedef {import("./clock.js").Clock} Clock */

/**
 * "connecting": not in the room yet; "knocking": at its door; "joined"; "reconnecting": was in the room and is on its
 * way back; "closed".
 * @typedef {"connecting" | "knocking" | "joined" | "reconnecting" | "closed"} SignalingState
 *
 * @typedef {object} SignalingOptions
 * @property {string} url
 * @property {string} room
 * @property {() => import("./protocol.js").Introduction} [introduction] what to join with, asked each time
 * @property {new (url: string) => WebSocket} WebSocket
 * @property {Clock} clock
 * @property {(message: ServerMessage) => void} onMessage everything but errors, in order
 * @property {(state: SignalingState) => void} onState
 * @property {(error: ErrorMessage) => void} [onError] something that was asked of the server in a running call failed
 * @property {(error: ErrorMessage) => void} onRefused the server will not have us; signaling is closed
 */

/** Opening, TLS and the answer to `join` together. */
const JOIN_TIMEOUT = 10_000;
/** Pages cannot see WebSocket pings: after this silence we ask something ourselves. */
const SILENCE_LIMIT = 15_000;
const ANSWER_TIMEOUT = 8_000;
/** The network may be another one: a connection that lives answers sooner, and one that does not is soon replaced. */
const WAKING_TIMEOUT = 2500;
/** While our seat is held the delays stay short, after the first three of the back-off: others wait for us. */
const HELD_DELAY = 4000;
const SHORT_DELAYS = 3;
/** Close code of a server that stops. Another takes over its port, so we come back at once, but not all of us in one moment. */
const STOPPING = 1001;
const RETURN_SPREAD = 300;
/** Close code of a server whose administrator has sent us out: we do not come back by ourselves. */
const REMOVED = 4000;
/** Renewed at this part of the lifetime, so that a slow renewal still ends before the credentials do. */
const RENEWAL_POINT = 0.75;
/** Others may have come meanwhile, and may go again. */
const FULL_ROOM_RETRIES = 5;
/** Before "joined", these answers end the attempt. */
const REFUSALS = new Set(["room-full", "server-full", "invalid-message"]);
/** These end it although we were in the room before. */
const DOOR_REFUSALS = new Set(["pin-required", "wrong-pin", "pin-blocked", "declined", "room-closed"]);
/** What is said to others, or about us, is said when we are back. Of the rest we hear that it was not. */
const LASTING = new Set(["offer", "answer", "ice-candidate", "state", "view"]);
/** These answer messages that crossed a change: nobody needs to know. */
const SILENT_ERRORS = new Set(["unknown-peer", "already-joined"]);

/** The transport to the signaling server: stays joined to one room until closed. Knows no DOM and no WebRTC. */
export class Signaling {
  #options;
  #backoff = new Backoff();
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {SignalingState} */
  #state = "closed";
  #wasJoined = false;
  /** @type {Seat | null} */
  #seat = null;
  /** When we were in the room last, while we are on our way back. */
  #lostAt = 0;
  #attemptedAt = 0;
  #retry;
  #silence;
  #answer;
  #renewal;
  /** @type {{ promise: Promise<void>, resolve: () => void, reject: (reason: Error) => void, sent: number } | null} */
  #refreshing = null;

  /** @param {SignalingOptions} options */
  constructor(options) {
    this.#options = options;
    this.#retry = new Timer(options.clock);
    this.#silence = new Timer(options.clock);
    this.#answer = new Timer(options.clock);
    this.#renewal = new Timer(options.clock);
  }

  get state() {
    return this.#state;
  }

  open() {
    if (this.#state !== "closed") return;
    this.#setState("connecting");
    this.#connect();
  }

  /**
   * @param {ClientMessage} message
   * @returns {boolean} whether it went out, or will when we are back in our seat
   */
  send(message) {
    const isJoined = this.#state === "joined" && this.#socket;
    if (!isJoined && !(this.#seat && LASTING.has(message.type))) return false;
    this.#seat?.keep(message);
    if (isJoined) this.#write(message);
    return true;
  }

  /** @param {ClientMessage} message */
  #write(message) {
    this.#socket?.send(JSON.stringify(message));
  }

  /**
   * Asks for fresh ICE servers; they arrive by `onMessage` before the promise resolves. No answer means a dead
   * connection, whatever the socket believes, and leads to a reconnect.
   *
   * @param {number} [patience] in milliseconds
   * @returns {Promise<void>}
   */
  refresh(patience = ANSWER_TIMEOUT) {
    if (this.#refreshing) return this.#refreshing.promise;
    if (!this.send({ type: "ice-servers" })) return Promise.reject(new Error("not joined"));
    this.#answer.start(patience, () => this.#lost());
    this.#refreshing = { ...deferred(), sent: this.#seat?.sent ?? 0 };
    return this.#refreshing.promise;
  }

  /** The network or the machine may have come back: do not wait for the next deadline. */
  wake() {
    if (this.#state === "joined") {
      this.refresh(WAKING_TIMEOUT).catch(ignore);
    } else if (this.#state !== "closed" && this.#state !== "knocking" && !this.#isAttemptFresh) {
      this.#drop();
      this.#connect();
    }
  }

  /** An attempt that began in another network may wait long for nothing. */
  get #isAttemptFresh() {
    return !this.#retry.running && this.#options.clock.now() - this.#attemptedAt < WAKING_TIMEOUT;
  }

  close() {
    if (this.#state === "closed") return;
    this.send({ type: "leave" });
    this.#drop();
    this.#wasJoined = false;
    this.#seat = null;
    this.#backoff.reset();
    this.#setState("closed");
  }

  #connect() {
    const socket = new this.#options.WebSocket(this.#options.url);
    this.#socket = socket;
    this.#attemptedAt = this.#options.clock.now();
    socket.onopen = () => this.#enterRoom();
    socket.onmessage = (event) => this.#receive(event.data);
    socket.onclose = ({ code }) => (code === REMOVED ? this.#removed() : this.#lost(code));
    this.#answer.start(JOIN_TIMEOUT, () => this.#lost());
  }

  #enterRoom() {
    if (this.#seat) this.#write(this.#seat.request);
    else this.#join();
  }

  #join() {
    const { room, introduction } = this.#options;
    this.#write({ type: "join", room, resume: true, ...introduction?.() });
  }

  /** @param {unknown} data */
  #receive(data) {
    const message = parseServerMessage(data);
    if (this.#state === "joined") {
      this.#seat?.countReceived();
      this.#watchSilence();
    }
    if (!message) return;
    switch (message.type) {
      case "error":
        return this.#receiveError(message);
      case "joined":
        this.#seat = Seat.of(message);
        this.#enter(message.lifetime);
        this.#options.onMessage(message);
        // Last, so that whoever hears of it finds the new mesh in place.
        return this.#setState("joined");
      case "resumed":
        return this.#resume(message);
      case "waiting":
        return this.#knock();
      case "ice-servers":
        this.#scheduleRenewal(message.lifetime);
        this.#options.onMessage(message);
        return this.#settleRefresh();
      default:
        return this.#options.onMessage(message);
    }
  }

  /** @param {import("./protocol.js").ResumedMessage} message */
  #resume(message) {
    const unheard = this.#seat?.resume(message);
    // Others would wait for what is lost.
    if (!unheard) return this.#joinAnew();
    this.#enter(message.lifetime);
    for (const each of unheard) this.#write(each);
    this.#options.onMessage(message);
    this.#setState("joined");
  }

  /** By the same connection, if it is not in our old seat. */
  #joinAnew() {
    this.#seat = null;
    this.#write({ type: "leave" });
    this.#join();
  }

  /** At the door, for as long as it takes: asking again shows whether the server still knows. */
  #knock() {
    if (this.#state === "joined") return;
    this.#answer.stop();
    this.#backoff.reset();
    this.#silence.start(SILENCE_LIMIT, () => {
      this.#join();
      this.#answer.start(ANSWER_TIMEOUT, () => this.#lost());
    });
    this.#setState("knocking");
  }

  /** @param {number} lifetime */
  #enter(lifetime) {
    this.#answer.stop();
    this.#backoff.reset();
    this.#wasJoined = true;
    this.#watchSilence();
    this.#scheduleRenewal(lifetime);
  }

  /** @param {ErrorMessage} error */
  #receiveError(error) {
    if (this.#state !== "joined" && this.#seat) return this.#receiveRefusal(error);
    if (error.code === "not-joined") return this.#lost();
    // A refused detail of a running call (a peer that just left, too many messages) leaves the call as it is.
    if (this.#state === "joined") return SILENT_ERRORS.has(error.code) ? undefined : this.#options.onError?.(error);
    const isFinal = DOOR_REFUSALS.has(error.code);
    if (!isFinal && !REFUSALS.has(error.code)) return;
    if (!isFinal && this.#wasJoined && this.#backoff.attempts < FULL_ROOM_RETRIES) return this.#lost();
    this.close();
    this.#options.onRefused(error);
  }

  /** @param {ErrorMessage} error in answer to `resume` */
  #receiveRefusal({ code }) {
    if (code === "server-full" || code === "rate-limited") return;
    // Our seat is gone, the server was started anew, or it is one that knows nothing of seats.
    this.#seat = null;
    this.#join();
  }

  #removed() {
    this.#drop();
    this.close();
    const message = "An administrator of this server has ended the call for you.";
    this.#options.onRefused({ type: "error", code: "removed", message });
  }

  /** @param {number} [code] of the Close frame */
  #lost(code) {
    const wasIn = this.#state === "joined";
    if (wasIn) this.#lostAt = this.#options.clock.now();
    this.#drop();
    this.#setState(this.#wasJoined ? "reconnecting" : "connecting");
    const delay = wasIn && code === STOPPING ? Math.random() * RETURN_SPREAD : this.#nextDelay();
    this.#retry.start(delay, () => this.#connect());
  }

  #nextDelay() {
    const isHeld = this.#seat !== null && this.#options.clock.now() - this.#lostAt < this.#seat.hold;
    return isHeld && this.#backoff.attempts >= SHORT_DELAYS ? HELD_DELAY : this.#backoff.next();
  }

  /** Forgets the socket at once: on a dead network its close event may be minutes away. */
  #drop() {
    for (const timer of [this.#retry, this.#silence, this.#answer, this.#renewal]) timer.stop();
    this.#refreshing?.reject(new Error("signaling lost"));
    this.#refreshing = null;
    if (!this.#socket) return;
    this.#socket.onopen = this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close();
    this.#socket = null;
  }

  #watchSilence() {
    this.#silence.start(SILENCE_LIMIT, () => this.refresh().catch(ignore));
  }

  /** @param {number} lifetime in seconds */
  #scheduleRenewal(lifetime) {
    this.#renewal.start(lifetime * 1000 * RENEWAL_POINT, () => this.refresh().catch(ignore));
  }

  #settleRefresh() {
    this.#answer.stop();
    // Messages arrive in order: the server has all that was sent before this was asked.
    this.#seat?.forget(this.#refreshing?.sent ?? 0);
    this.#refreshing?.resolve();
    this.#refreshing = null;
  }

  /** @param {SignalingState} state */
  #setState(state) {
    if (this.#state === state) return;
    this.#state = state;
    this.#options.onState(state);
  }
}

function ignore() {}

/** @returns {{ promise: Promise<void>, resolve: () => void, reject: (reason: Error) => void }} */
function deferred() {
  /** @type {() => void} */
  let resolve = ignore;
  /** @type {(reason: Error) => void} */
  let reject = ignore;
  /** @type {Promise<void>} */
  const promise = new Promise((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}
