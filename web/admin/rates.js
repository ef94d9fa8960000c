// SPDX-License-Identifier: Apache-2.0

import { quantile } from "./quantile.js";
import { total } from "./values.js";

/** @typedef {import("./status.js").Status} Status */
/** @typedef {import("./status.js").Counters} Counters */
/** @typedef {import("./status.js").Histogram} Histogram */
/** @typedef {import("./listings.js").Session} Session */

/**
 * What went on between two looks at counters. Null is what is not known: nothing is ever negative.
 *
 * @typedef {object} Rates
 * @property {number | null} incoming from clients, in bit/s
 * @property {number | null} outgoing to clients, in bit/s
 * @property {number | null} packetsIn a second
 * @property {number | null} packetsOut a second
 * @property {number | null} drops packets a second
 * @property {Map<string, number>} dropsByReason packets a second; only reasons that there were
 * @property {number | null} queueDelay of payloads, the 99th percentile in seconds
 * @property {number | null} loopDelay of the event loops, the 99th percentile in seconds
 * @property {number | null} cpu the part of one core, from 0
 * @property {number | null} handshakes of TLS, a second
 * @property {number | null} failedHandshakes a second
 * @property {number | null} failedAuthentications a second
 *
 * @typedef {{ at: number, status: Status }} Sample `at`: by the page's clock, in milliseconds
 */

/** The part of all that waited no longer than the delay that is shown. */
const PART = 0.99;

/** @type {Rates} */
const NOTHING = {
  incoming: null, outgoing: null, packetsIn: null, packetsOut: null, drops: null, dropsByReason: new Map(),
  queueDelay: null, loopDelay: null, cpu: null, handshakes: null, failedHandshakes: null, failedAuthentications: null,
};

/**
 * @param {Sample | null} before
 * @param {Sample} now
 * @returns {Rates}
 */
export function rates(before, now) {
  const seconds = before ? elapsed(before, now) : 0;
  const { queueDelay, loopDelay } = now.status;
  if (!before || seconds <= 0) return { ...NOTHING, queueDelay, loopDelay };
  const { status: earlier } = before;
  const { status } = now;
  const rate = (/** @type {keyof Counters} */ name) =>
    perSecond(earlier.counters[name], status.counters[name], seconds);
  const bits = (/** @type {keyof Counters} */ name) => times(8, rate(name));
  return {
    incoming: bits("bytesFromClients"),
    outgoing: bits("bytesToClients"),
    packetsIn: rate("packetsFromClients"),
    packetsOut: rate("packetsToClients"),
    drops: status.drops.size ? perSecond(total(earlier.drops), total(status.drops), seconds) : null,
    dropsByReason: reasons(earlier.drops, status.drops, seconds),
    queueDelay: delayBetween(earlier.queueDelays, status.queueDelays) ?? queueDelay,
    loopDelay: delayBetween(earlier.loopDelays, status.loopDelays) ?? loopDelay,
    cpu: rate("cpuSeconds"),
    handshakes: rate("tlsHandshakes"),
    failedHandshakes: rate("tlsHandshakeFailures"),
    failedAuthentications: rate("authenticationFailures"),
  };
}

/**
 * By the server's clock where it tells: an answer may take long. 0 if the server has been restarted in between.
 *
 * @param {Sample} before
 * @param {Sample} now
 * @returns {number} in seconds
 */
function elapsed(before, now) {
  if (before.status.startedAt !== now.status.startedAt) return 0;
  const [from, to] = [before.status.now, now.status.now];
  return from !== null && to !== null ? to - from : (now.at - before.at) / 1000;
}

/**
 * @param {number | null | undefined} before
 * @param {number | null | undefined} now
 * @param {number} seconds
 * @returns {number | null} null for a counter that is not there or went back
 */
function perSecond(before, now, seconds) {
  if (before == null || now == null || now < before) return null;
  return (now - before) / seconds;
}

/**
 * @param {number} factor
 * @param {number | null} value
 */
function times(factor, value) {
  return value === null ? null : factor * value;
}

/**
 * @param {Map<string, number>} before
 * @param {Map<string, number>} now
 * @param {number} seconds
 */
function reasons(before, now, seconds) {
  const all = [...now].map(([reason, count]) =>
    /** @type {const} */ ([reason, perSecond(before.get(reason) ?? 0, count, seconds) ?? 0]));
  return new Map(all.filter(([, rate]) => rate > 0).sort(([, one], [, other]) => other - one));
}

/**
 * @param {Histogram | null} before
 * @param {Histogram | null} now
 * @returns {number | null} in seconds; 0 when nothing had to wait
 */
function delayBetween(before, now) {
  if (!before || !now || before.counts.length !== now.counts.length) return null;
  const counts = now.counts.map((count, index) => count - before.counts[index]);
  return counts.some((count) => count < 0) ? null : quantile({ bounds: now.bounds, counts }, PART);
}

/** Rates of sessions: as the server says, else each look is compared with the one before. */
export class SessionMeter {
  /** @type {Map<string, { at: number, session: Session }>} */
  #before = new Map();

  /**
   * @param {Session[]} sessions
   * @param {number} at in milliseconds
   * @returns {Map<string, number | null>} by id: both ways together, in bit/s
   */
  measure(sessions, at) {
    const found = new Map(sessions.map((session) =>
      [session.id, times(8, session.bytesPerSecond) ?? this.#rate(session, at)]));
    this.#before = new Map(sessions.map((session) => [session.id, { at, session }]));
    return found;
  }

  /**
   * @param {Session} session
   * @param {number} at
   */
  #rate(session, at) {
    const before = this.#before.get(session.id);
    if (!before || at <= before.at) return null;
    return times(8, perSecond(bytes(before.session), bytes(session), (at - before.at) / 1000));
  }
}

/**
 * @param {Session} session
 * @returns {number | null} both ways together
 */
export function bytes({ bytesFromClient, bytesToClient }) {
  if (bytesFromClient === null && bytesToClient === null) return null;
  return (bytesFromClient ?? 0) + (bytesToClient ?? 0);
}
