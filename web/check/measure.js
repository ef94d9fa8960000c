// SPDX-License-Identifier: Apache-2.0

import { within } from "./deadline.js";
import { Problem } from "./problem.js";

/**
 * @typedef {object} Instruments
 * @property {import("../clock.js").Clock} clock
 * @property {() => number} now in milliseconds
 *
 * @typedef {Pick<import("./echo-pair.js").EchoPair, "channel" | "onReceived">} Line
 */

const ECHO_PATIENCE = 5000;
const ECHOES = 10;

/** Of the load: whichever comes first. */
const LOAD_MILLISECONDS = 2000;
export const LOAD_BYTES = 4 * 1024 * 1024;
const CHUNK = new Uint8Array(16 * 1024);
/** Enough under way for a fast network, and little enough to end soon on a slow one. */
const BUFFERED_BYTES = 256 * 1024;

/**
 * @param {Line} line
 * @param {Instruments} instruments
 * @returns {Promise<number>} the middle one of several round trips, in milliseconds
 */
export async function roundTrip({ channel }, { clock, now }) {
  const times = [];
  for (let number = 0; number < ECHOES; number += 1) {
    const begin = now();
    await within(clock, ECHO_PATIENCE, "lost", (resolve) => {
      channel.onmessage = ({ data }) => data === String(number) && resolve(undefined);
      channel.send(String(number));
    });
    times.push(now() - begin);
  }
  return times.sort((a, b) => a - b)[Math.floor(ECHOES / 2)];
}

/**
 * @param {Line} line
 * @param {Instruments} instruments
 * @returns {Promise<number>} bits in a second that arrive under load
 */
export async function throughput(line, { clock, now }) {
  const begin = now();
  let [received, last] = [0, begin];
  /** @type {Promise<void>} */
  const isOver = new Promise((resolve) => {
    const end = clock.setTimeout(resolve, LOAD_MILLISECONDS);
    line.onReceived = (bytes) => {
      [received, last] = [received + bytes, now()];
      if (received < LOAD_BYTES) return;
      clock.clearTimeout(end);
      resolve();
    };
  });
  keepFull(line.channel);
  await isOver;
  line.channel.onbufferedamountlow = null;
  if (received === 0) throw new Problem("stalled");
  return (received * 8 * 1000) / Math.max(last - begin, 1);
}

/** @param {RTCDataChannel} channel */
function keepFull(channel) {
  let sent = 0;
  const fill = () => {
    while (sent < LOAD_BYTES && channel.readyState === "open" && channel.bufferedAmount < BUFFERED_BYTES) {
      channel.send(CHUNK);
      sent += CHUNK.byteLength;
    }
  };
  channel.bufferedAmountLowThreshold = BUFFERED_BYTES / 2;
  channel.onbufferedamountlow = fill;
  fill();
}
