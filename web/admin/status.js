// SPDX-License-Identifier: Apache-2.0

import { AdminProblem } from "./problem.js";
import { amount, amounts, fields, list, text } from "./values.js";

/**
 * What the server says about itself. Whatever is missing or odd is null or empty: another version may say less.
 *
 * @typedef {object} Histogram
 * @property {number[]} bounds upper bounds in seconds
 * @property {number[]} counts how many are at most the bound and above the one before; the last has no bound
 *
 * @typedef {object} Certificate
 * @property {string} name
 * @property {number | null} expiresAt in seconds since 1970
 *
 * @typedef {object} Status
 * @property {string} version
 * @property {number | null} startedAt in seconds since 1970
 * @property {number | null} now by the server's clock, in seconds since 1970
 * @property {"serving" | "draining" | ""} state
 * @property {string} logLevel
 * @property {Histogram | null} loopDelays of the event loops, since the start
 * @property {number | null} loopDelay the 99th percentile in seconds, where the server says no more
 * @property {Map<string, number>} allocations by transport, or "detached": the client may come back (RFC 8016)
 * @property {Map<string, number>} drops by reason, since the start
 * @property {Histogram | null} queueDelays since the start
 * @property {number | null} queueDelay the 99th percentile in seconds, where the server says no more
 * @property {Gauges} gauges
 * @property {Counters} counters
 * @property {Certificate[]} certificates
 *
 * @typedef {Record<typeof GAUGES[number], number | null>} Gauges what there is now
 * @typedef {Record<keyof typeof COUNTERS, number | null>} Counters since the start
 */

const GAUGES = /** @type {const} */ ([
  "residentBytes", "openFiles", "websockets", "rooms", "members", "waiting", "httpConnections", "undecidedConnections",
]);

/** Where each counter is. */
const COUNTERS = {
  cpuSeconds: ["cpuSeconds"],
  bytesFromClients: ["bytes", "fromClients"],
  bytesToClients: ["bytes", "toClients"],
  packetsFromClients: ["packets", "fromClients"],
  packetsToClients: ["packets", "toClients"],
  authenticationFailures: ["authenticationFailures"],
  tlsHandshakes: ["tlsHandshakes"],
  tlsHandshakeFailures: ["tlsHandshakeFailures"],
};

/**
 * @param {unknown} value
 * @returns {Status}
 */
export function readStatus(value) {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new AdminProblem("odd");
  const said = fields(value);
  return {
    version: text(said.version),
    startedAt: amount(said.startedAt),
    now: amount(said.now),
    state: said.state === "serving" || said.state === "draining" ? said.state : "",
    logLevel: text(said.logLevel),
    loopDelays: readHistogram(said.eventLoopDelay),
    loopDelay: amount(fields(said.eventLoopLagSeconds).p99),
    allocations: readAllocations(said),
    drops: amounts(said.drops),
    queueDelays: readHistogram(said.queueDelay),
    queueDelay: amount(fields(said.queueDelaySeconds).p99),
    gauges: readGauges(said),
    counters: readCounters(said),
    certificates: list(said.certificates).map(readCertificate),
  };
}

/** @param {Record<string, unknown>} said */
function readAllocations(said) {
  const found = amounts(said.allocations);
  const detached = amount(said.detachedAllocations);
  return detached ? found.set("detached", detached) : found;
}

/**
 * @param {Record<string, unknown>} said
 * @returns {Gauges}
 */
function readGauges(said) {
  return /** @type {Gauges} */ (Object.fromEntries(GAUGES.map((name) => [name, amount(said[name])])));
}

/**
 * @param {Record<string, unknown>} said
 * @returns {Counters}
 */
function readCounters(said) {
  const at = (/** @type {string[]} */ path) =>
    path.reduce((value, name) => fields(value)[name], /** @type {unknown} */ (said));
  const found = Object.entries(COUNTERS).map(([name, path]) => [name, amount(at(path))]);
  return /** @type {Counters} */ (Object.fromEntries(found));
}

/**
 * @param {unknown} value
 * @returns {Histogram | null}
 */
function readHistogram(value) {
  const bounds = list(fields(value).bounds).map(amount);
  const counts = list(fields(value).counts).map(amount);
  const isWhole = [...bounds, ...counts].every((each) => each !== null);
  if (!isWhole || bounds.length === 0 || counts.length < bounds.length) return null;
  return { bounds: /** @type {number[]} */ (bounds), counts: /** @type {number[]} */ (counts) };
}

/**
 * @param {unknown} value
 * @returns {Certificate}
 */
function readCertificate(value) {
  const { name, expiresAt } = fields(value);
  return { name: text(name), expiresAt: amount(expiresAt) };
}
