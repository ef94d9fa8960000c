// SPDX-License-Identifier: Apache-2.0

import { Backoff } from "../backoff.js";
import { Timer } from "../clock.js";
import { History } from "./history.js";
import { AdminProblem } from "./problem.js";
import { rates, SessionMeter } from "./rates.js";
import { total } from "./values.js";

/** @typedef {import("../clock.js").Clock} Clock */
/** @typedef {import("./api.js").AdminAPI} AdminAPI */
/** @typedef {import("./api.js").ServerSort} ServerSort */
/** @typedef {import("./listings.js").Session} Session */
/** @typedef {import("./listings.js").Room} Room */
/** @typedef {import("./rates.js").Rates} Rates */
/** @typedef {import("./rates.js").Sample} Sample */

/**
 * @template T
 * @typedef {import("./listings.js").Listing<T>} Listing
 */

/**
 * @typedef {object} Scene What there is to be seen.
 * @property {Sample | null} sample the newest
 * @property {Rates | null} rates
 * @property {Listing<Session>} sessions
 * @property {Map<string, number | null>} sessionRates by id, in bit/s
 * @property {Listing<Room>} rooms
 * @property {AdminProblem | null} problem why all of that is old
 * @property {number | null} lastGoodAt when everything was there, in milliseconds
 */

/** Between two looks, in milliseconds. */
export const INTERVAL = 2000;
const LONGEST_PAUSE = 30_000;

/** The server counts wrong tokens, and from too many on it takes not even the right one from this address. */
const ABOUT_TOKENS = ["unauthorized", "limited"];

const ROOM_LIMIT = 200;

/** Looks at the server again and again, while somebody looks at the page. */
export class Watch {
  #api;
  #clock;
  #onChange;
  #timer;
  #backoff = new Backoff(INTERVAL, LONGEST_PAUSE);
  #meter = new SessionMeter();
  #isOn = false;
  /** Each look has a number: what an older one brings is of no interest. */
  #look = 0;
  #limit = 100;
  /** @type {ServerSort} */
  #sort = "rate";
  history = new History();
  /** @type {Scene} */
  scene = {
    sample: null,
    rates: null,
    sessions: { total: 0, shown: [] },
    sessionRates: new Map(),
    rooms: { total: 0, shown: [] },
    problem: null,
    lastGoodAt: null,
  };

  /**
   * @param {AdminAPI} api
   * @param {Clock} clock
   * @param {(watch: Watch) => void} onChange
   */
  constructor(api, clock, onChange) {
    this.#api = api;
    this.#clock = clock;
    this.#onChange = onChange;
    this.#timer = new Timer(clock);
  }

  /** Looks at once, and goes on. */
  start() {
    this.#isOn = true;
    void this.#lookNow();
  }

  /** What is under way is dropped. */
  stop() {
    this.#isOn = false;
    this.#look += 1;
    this.#timer.stop();
  }

  /** Something was changed, or somebody does not want to wait. */
  refresh() {
    if (this.#isOn) void this.#lookNow();
  }

  /**
   * @param {number} limit how many sessions are asked for
   * @param {ServerSort} sort
   */
  choose(limit, sort) {
    if (limit === this.#limit && sort === this.#sort) return;
    this.#limit = limit;
    this.#sort = sort;
    this.refresh();
  }

  async #lookNow() {
    this.#timer.stop();
    this.#look += 1;
    const look = this.#look;
    try {
      // First alone: a wrong token is sent once only.
      const status = await this.#api.status();
      if (look !== this.#look) return;
      const [sessions, rooms] = await Promise.all([
        this.#api.sessions(this.#limit, this.#sort),
        this.#api.rooms(ROOM_LIMIT),
      ]);
      if (look !== this.#look) return;
      this.#take({ at: this.#clock.now(), status }, sessions, rooms);
      this.#backoff.reset();
      this.#goOn(INTERVAL);
    } catch (error) {
      if (look !== this.#look) return;
      const problem = error instanceof AdminProblem ? error : new AdminProblem("odd");
      this.scene = { ...this.scene, problem };
      const pause = this.#backoff.next();
      this.#goOn(ABOUT_TOKENS.includes(problem.kind) ? LONGEST_PAUSE : pause);
    }
    this.#onChange(this);
  }

  /** @param {number} milliseconds */
  #goOn(milliseconds) {
    this.#timer.start(milliseconds, () => void this.#lookNow());
  }

  /**
   * @param {Sample} sample
   * @param {Listing<Session>} sessions
   * @param {Listing<Room>} rooms
   */
  #take(sample, sessions, rooms) {
    const measured = rates(this.scene.sample, sample);
    this.history.add(sample.at, {
      incoming: measured.incoming,
      outgoing: measured.outgoing,
      drops: measured.drops,
      queueDelay: measured.queueDelay,
      allocations: total(sample.status.allocations),
      members: sample.status.gauges.members,
    });
    const sessionRates = this.#meter.measure(sessions.shown, sample.at);
    this.scene = { sample, rates: measured, sessions, sessionRates, rooms, problem: null, lastGoodAt: sample.at };
  }
}
