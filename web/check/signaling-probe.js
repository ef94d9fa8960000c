// SPDX-License-Identifier: Apache-2.0

import { parseServerMessage } from "../protocol.js";
import { within } from "./deadline.js";
import { Problem } from "./problem.js";

/** @typedef {import("../protocol.js").IceGrant} IceGrant */
/** @typedef {import("../protocol.js").ClientMessage} ClientMessage */

/**
 * @typedef {object} SignalingProbeOptions
 * @property {string} url
 * @property {string} room one that nobody else is in
 * @property {new (url: string) => WebSocket} WebSocket
 * @property {import("../clock.js").Clock} clock
 * @property {() => number} now in milliseconds
 */

const OPEN_PATIENCE = 10_000;
const ANSWER_PATIENCE = 8_000;

/**
 * Joins a room once and leaves it. Unlike `Signaling`, which tries for as long as it takes, this says what went wrong.
 *
 * @param {SignalingProbeOptions} options
 * @returns {Promise<{ grant: IceGrant, milliseconds: number }>} the grant is good for connections within this one room
 */
export async function probeSignaling({ url, room, WebSocket, clock, now }) {
  const begin = now();
  const socket = new WebSocket(url);
  try {
    await within(clock, OPEN_PATIENCE, "silent", (resolve, reject) => {
      socket.onopen = resolve;
      socket.onclose = () => reject(new Problem("refused"));
    });
    const milliseconds = now() - begin;
    const grant = await join(socket, room, clock);
    send(socket, { type: "leave" });
    return { grant, milliseconds };
  } finally {
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }
}

/**
 * @param {WebSocket} socket
 * @param {string} room
 * @param {import("../clock.js").Clock} clock
 * @returns {Promise<IceGrant>}
 */
function join(socket, room, clock) {
  return within(clock, ANSWER_PATIENCE, "mute", (resolve, reject) => {
    socket.onclose = ({ code }) => reject(new Problem("cut", [`close code ${code}`]));
    socket.onmessage = ({ data }) => {
      const message = parseServerMessage(data);
      if (message?.type === "joined") resolve(message);
      // Who is waved off at the door has been heard: the network is well.
      else if (message?.type === "error") reject(new Problem("declined", [`error ${message.code}`]));
    };
    send(socket, { type: "join", room });
  });
}

/**
 * @param {WebSocket} socket
 * @param {ClientMessage} message
 */
function send(socket, message) {
  socket.send(JSON.stringify(message));
}
