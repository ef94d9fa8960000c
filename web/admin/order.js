// SPDX-License-Identifier: Apache-2.0

import { bytes } from "./rates.js";

/** @typedef {import("./listings.js").Session} Session */
/** @typedef {import("./api.js").ServerSort} ServerSort */
/** @typedef {"user" | "transport" | "client" | "age" | "rate" | "bytes" | "queue" | "drops"} Column */

/**
 * @typedef {object} Order
 * @property {Column} column
 * @property {boolean} isDescending
 */

/**
 * What is compared; null sorts last, whichever way.
 *
 * @type {Record<Column, (session: Session, rate: number | null) => string | number | null>}
 */
const KEYS = {
  user: ({ user }) => user.toLowerCase() || null,
  transport: ({ transport }) => transport || null,
  client: ({ client }) => client || null,
  // The oldest has the longest age.
  age: ({ startedAt }) => (startedAt === null ? null : -startedAt),
  rate: (_, rate) => rate,
  bytes: (session) => bytes(session),
  queue: ({ queueDelay }) => queueDelay,
  drops: ({ dropped }) => dropped,
};

/** @type {Partial<Record<Column, ServerSort>>} */
const SERVER_SORTS = { age: "age", rate: "rate", bytes: "bytes", queue: "queue" };

/** @type {Order} */
export const FIRST_ORDER = { column: "rate", isDescending: true };

/**
 * By what the server chooses which sessions to give when there are too many.
 *
 * @param {Order} order
 * @returns {ServerSort}
 */
export function serverSort({ column }) {
  return SERVER_SORTS[column] ?? "rate";
}

/**
 * The order after a click on a column: the other way round, or the way that is usually wanted.
 *
 * @param {Order} order
 * @param {Column} column
 * @returns {Order}
 */
export function nextOrder(order, column) {
  if (order.column === column) return { column, isDescending: !order.isDescending };
  return { column, isDescending: !["user", "transport", "client"].includes(column) };
}

/**
 * @param {Session[]} sessions
 * @param {Map<string, number | null>} rates by id
 * @param {Order} order
 * @returns {Session[]}
 */
export function sorted(sessions, rates, { column, isDescending }) {
  const key = (/** @type {Session} */ session) => KEYS[column](session, rates.get(session.id) ?? null);
  const keyed = sessions.map((session) => ({ session, key: key(session) }));
  keyed.sort((one, other) =>
    compare(one.key, other.key, isDescending) || compare(one.session.id, other.session.id, false));
  return keyed.map(({ session }) => session);
}

/**
 * @param {string | number | null} one
 * @param {string | number | null} other
 * @param {boolean} isDescending
 */
function compare(one, other, isDescending) {
  if (one === other) return 0;
  if (one === null) return 1;
  if (other === null) return -1;
  return one < other === isDescending ? 1 : -1;
}

/**
 * Those of which a user, a member, an address or a transport has all the words in it.
 *
 * @param {Session[]} sessions
 * @param {string} wanted
 * @param {Map<string, string>} members who it is, by user
 */
export function matching(sessions, wanted, members) {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return sessions;
  return sessions.filter(({ user, realm, transport, client, relayed }) => {
    const text = [user, members.get(user), realm, transport, client, ...relayed].join("\n").toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
