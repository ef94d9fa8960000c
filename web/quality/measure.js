// SPDX-License-Identifier: Apache-2.0

import { selectedPair } from "../network-path.js";

/**
 * What the statistics of one connection (W3C WebRTC Statistics) say about quality: counters since its beginning.
 *
 * @typedef {object} Picture A stream of pictures, one way.
 * @property {number} width in pixels, 0 before the first picture
 * @property {number} height in pixels
 * @property {number} rate in pictures a second
 * @property {string} codec "VP8", or ""
 *
 * @typedef {object} Reading
 * @property {number} at in milliseconds
 * @property {number | null} roundTrip in seconds, to the other end
 * @property {number | null} uplink what the browser believes it can send, in bit/s
 * @property {number} arrived bytes of the connection, of whatever kind
 * @property {number} received bytes of media
 * @property {number} sent bytes of media
 * @property {number} packets that were received
 * @property {number} lost packets that were not
 * @property {number} lossThere the part of our packets that the other end lost, from 0 to 1, by its last report
 * @property {number} frozen for how long the picture stood still, in seconds
 * @property {boolean} isLimited whether our pictures are worse than wanted because the way carries no more
 * @property {Picture | null} incoming the largest
 * @property {Picture | null} outgoing the largest
 *
 * @typedef {object} Measurement The same between two readings.
 * @property {number | null} roundTrip in seconds
 * @property {number | null} uplink in bit/s
 * @property {number} loss the part of the others' packets that we lost, from 0 to 1
 * @property {number} lossThere
 * @property {number} frozen the part of the time that the picture stood still, from 0 to 1
 * @property {boolean} isSilent nothing at all arrived
 * @property {number} received in bit/s
 * @property {number} sent in bit/s
 * @property {boolean} isLimited
 * @property {Picture | null} incoming
 * @property {Picture | null} outgoing
 */

/** A loss among fewer packets says nothing. */
const PACKETS_THAT_COUNT = 20;

/**
 * @param {RTCStatsReport} report
 * @param {number} at in milliseconds
 * @returns {Reading}
 */
export function readStatistics(report, at) {
  const entries = /** @type {any[]} */ ([...report.values()]);
  const of = (/** @type {string} */ type) => entries.filter((entry) => entry.type === type);
  const [inbound, outbound, remote] = [of("inbound-rtp"), of("outbound-rtp"), of("remote-inbound-rtp")];
  const pair = selectedPair(report);
  return {
    at,
    roundTrip: pair?.currentRoundTripTime ?? remote.find(({ roundTripTime }) => roundTripTime > 0)?.roundTripTime ?? null,
    uplink: pair?.availableOutgoingBitrate ?? null,
    arrived: pair?.bytesReceived ?? 0,
    received: sum(inbound, "bytesReceived"),
    sent: sum(outbound, "bytesSent"),
    packets: sum(inbound, "packetsReceived"),
    lost: sum(inbound, "packetsLost"),
    lossThere: Math.max(0, ...remote.map(({ fractionLost }) => fractionLost ?? 0)),
    frozen: Math.max(0, ...inbound.map(({ totalFreezesDuration }) => totalFreezesDuration ?? 0)),
    isLimited: outbound.some(({ qualityLimitationReason }) => qualityLimitationReason === "bandwidth"),
    incoming: largest(inbound, report),
    outgoing: largest(outbound, report),
  };
}

/**
 * @param {Reading} before
 * @param {Reading} now
 * @returns {Measurement}
 */
export function compare(before, now) {
  const seconds = Math.max(0.001, (now.at - before.at) / 1000);
  const lost = grown(before.lost, now.lost);
  const packets = grown(before.packets, now.packets) + lost;
  const rate = (/** @type {"received" | "sent"} */ name) => (8 * grown(before[name], now[name])) / seconds;
  const { roundTrip, uplink, lossThere, isLimited, incoming, outgoing } = now;
  return {
    roundTrip,
    uplink,
    lossThere,
    isLimited,
    incoming,
    outgoing,
    loss: packets >= PACKETS_THAT_COUNT ? lost / packets : 0,
    frozen: Math.min(1, grown(before.frozen, now.frozen) / seconds),
    isSilent: now.arrived === before.arrived,
    received: rate("received"),
    sent: rate("sent"),
  };
}

/**
 * A connection that was made anew counts from zero, and packets that come late are lost no more.
 *
 * @param {number} before
 * @param {number} now
 */
function grown(before, now) {
  return Math.max(0, now - before);
}

/**
 * @param {any[]} entries
 * @param {string} name
 */
function sum(entries, name) {
  return entries.reduce((total, entry) => total + (entry[name] ?? 0), 0);
}

/**
 * @param {any[]} streams
 * @param {RTCStatsReport} report
 * @returns {Picture | null}
 */
function largest(streams, report) {
  const [stream] = streams.filter(({ kind, frameHeight }) => kind === "video" && frameHeight)
    .sort((one, other) => other.frameHeight - one.frameHeight);
  if (!stream) return null;
  const { frameWidth, frameHeight, framesPerSecond = 0, codecId } = stream;
  const codec = report.get(codecId)?.mimeType?.split("/")[1] ?? "";
  return { width: frameWidth, height: frameHeight, rate: framesPerSecond, codec };
}
