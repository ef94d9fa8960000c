// SPDX-License-Identifier: Apache-2.0

import { amount, fields, list, text } from "./values.js";

/**
 * @typedef {object} Session An allocation of a client.
 * @property {string} id what the server knows it by, never cut; "" if it has none
 * @property {string} user
 * @property {string} realm
 * @property {string} transport
 * @property {string} client its address and port
 * @property {string[]} relayed its relayed transport addresses
 * @property {number | null} startedAt in seconds since 1970
 * @property {number | null} expiresAt in seconds since 1970
 * @property {number | null} bytesFromClient
 * @property {number | null} bytesToClient
 * @property {number | null} bytesPerSecond both ways together
 * @property {number | null} queueDelay in seconds
 * @property {number | null} dropped packets
 *
 * @typedef {object} Member
 * @property {string} id
 * @property {string} name
 * @property {string} address
 * @property {number | null} joinedAt
 * @property {boolean} isAway the connection is interrupted, the place is kept
 *
 * @typedef {object} Room
 * @property {string} id its whole name
 * @property {string} name as it is shown
 * @property {boolean} isLocked
 * @property {boolean} hasPIN
 * @property {number} waiting people at the door
 * @property {Member[]} members
 */

/**
 * The part of everything that the server gave.
 *
 * @template T
 * @typedef {{ total: number, shown: T[] }} Listing
 */

/**
 * @param {unknown} value
 * @returns {Listing<Session>}
 */
export function readSessions(value) {
  return readListing(value, "sessions", readSession);
}

/**
 * @param {unknown} value
 * @returns {Listing<Room>}
 */
export function readRooms(value) {
  return readListing(value, "rooms", readRoom);
}

/**
 * @template T
 * @param {unknown} value
 * @param {string} name
 * @param {(value: unknown) => T} read
 * @returns {Listing<T>}
 */
function readListing(value, name, read) {
  const shown = list(fields(value)[name]).map(read);
  return { total: Math.max(amount(fields(value).total) ?? 0, shown.length), shown };
}

/**
 * @param {unknown} value
 * @returns {Session}
 */
function readSession(value) {
  const said = fields(value);
  return {
    id: identity(said.id),
    user: text(said.user),
    realm: text(said.realm),
    transport: text(said.transport),
    client: text(said.client),
    relayed: list(said.relayed).map(text).filter(Boolean),
    startedAt: amount(said.startedAt),
    expiresAt: amount(said.expiresAt),
    bytesFromClient: amount(said.bytesFromClient),
    bytesToClient: amount(said.bytesToClient),
    bytesPerSecond: amount(said.bytesPerSecond),
    queueDelay: amount(said.queueDelaySeconds),
    dropped: amount(said.droppedPackets),
  };
}

/**
 * @param {unknown} value
 * @returns {Room}
 */
function readRoom(value) {
  const said = fields(value);
  return {
    id: identity(said.name),
    name: text(said.name),
    isLocked: said.locked === true,
    hasPIN: said.hasPIN === true,
    waiting: amount(said.waiting) ?? 0,
    members: list(said.members).map(readMember),
  };
}

/**
 * @param {unknown} value
 * @returns {Member}
 */
function readMember(value) {
  const said = fields(value);
  return {
    id: identity(said.id),
    name: text(said.name),
    address: text(said.address),
    joinedAt: amount(said.joinedAt),
    isAway: said.away === true,
  };
}

/** @param {unknown} value */
function identity(value) {
  return typeof value === "string" ? value : "";
}
