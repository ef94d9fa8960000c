// SPDX-License-Identifier: Apache-2.0

import { rtcConfiguration } from "../ice.js";
import { within } from "./deadline.js";
import { Problem } from "./problem.js";

/** @typedef {import("../protocol.js").IceGrant} IceGrant */

/**
 * @typedef {object} RelayProbeOptions
 * @property {IceGrant} grant
 * @property {(configuration: RTCConfiguration) => RTCPeerConnection} createConnection
 * @property {import("../clock.js").Clock} clock
 * @property {() => number} now in milliseconds
 */

/** As a call's first connection has it. */
const PATIENCE = 15_000;
/**
 * RTCPeerConnectionIceErrorEvent.errorCode: no answer of the server, for whatever reason: browsers do not tell a name
 * that is not found apart. All others are STUN errors, which the server has sent.
 */
const NOT_REACHED = 701;

/**
 * Relayed only, whatever the server allows calls: it is the relay that is asked for.
 *
 * @param {IceGrant} grant
 * @returns {RTCConfiguration}
 */
export function relayConfiguration(grant) {
  return { ...rtcConfiguration(grant), iceTransportPolicy: "relay" };
}

/**
 * The addresses of relays over TLS that the server gave, without the credentials.
 *
 * @param {IceGrant} grant
 */
export function relayURLs(grant) {
  return (rtcConfiguration(grant).iceServers ?? []).flatMap(({ urls }) => urls);
}

/**
 * Whether the relay gives this browser an address.
 *
 * @param {RelayProbeOptions} options
 * @returns {Promise<number>} how long that took, in milliseconds
 */
export async function probeRelay({ grant, createConnection, clock, now }) {
  const urls = relayURLs(grant);
  if (urls.length === 0) throw new Problem("none");
  const begin = now();
  const connection = createConnection(relayConfiguration(grant));
  /** @type {RTCPeerConnectionIceErrorEvent[]} */
  const errors = [];
  connection.onicecandidateerror = (event) => {
    errors.push(/** @type {RTCPeerConnectionIceErrorEvent} */ (event));
  };
  try {
    await within(clock, PATIENCE, "silent", (resolve, reject) => {
      connection.onicecandidate = ({ candidate }) => {
        if (candidate?.candidate) resolve(undefined);
        else if (!candidate) reject(new Problem(cause(errors)));
      };
      connection.createDataChannel("check");
      connection.setLocalDescription().catch(reject);
    });
    return now() - begin;
  } catch (error) {
    throw error instanceof Problem ? new Problem(error.code, [...urls, ...new Set(errors.map(line))]) : error;
  } finally {
    connection.onicecandidate = connection.onicecandidateerror = null;
    connection.close();
  }
}

/** @param {RTCPeerConnectionIceErrorEvent[]} errors */
function cause(errors) {
  return errors.some(({ errorCode }) => errorCode !== NOT_REACHED) ? "declined" : "unreachable";
}

/** @param {RTCPeerConnectionIceErrorEvent} error */
function line({ errorCode, errorText }) {
  return `ICE error ${errorCode} ${errorText}`.trim();
}
