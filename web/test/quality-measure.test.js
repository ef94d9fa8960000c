// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { compare, readStatistics } from "../quality/measure.js";

const PAIR = {
  id: "P", type: "candidate-pair", currentRoundTripTime: 0.04, availableOutgoingBitrate: 900_000, bytesReceived: 5000,
};
const VIDEO_IN = {
  id: "VI", type: "inbound-rtp", kind: "video", bytesReceived: 4000, packetsReceived: 90, packetsLost: 10, codecId: "C",
  frameWidth: 640, frameHeight: 360, framesPerSecond: 24, totalFreezesDuration: 1,
};
const VIDEO_OUT = {
  id: "VO", type: "outbound-rtp", kind: "video", bytesSent: 8000, frameWidth: 320, frameHeight: 180, framesPerSecond: 15,
  codecId: "C", qualityLimitationReason: "bandwidth",
};

function report(...changes) {
  const entries = [
    { id: "T", type: "transport", selectedCandidatePairId: "P" }, PAIR, VIDEO_IN, VIDEO_OUT,
    { id: "AI", type: "inbound-rtp", kind: "audio", bytesReceived: 1000, packetsReceived: 50, packetsLost: -1 },
    { id: "AO", type: "outbound-rtp", kind: "audio", bytesSent: 500 },
    { id: "R", type: "remote-inbound-rtp", fractionLost: 0.07, roundTripTime: 0.09 },
    { id: "C", type: "codec", mimeType: "video/VP8" }, ...changes,
  ];
  return new Map(entries.map((entry) => [entry.id, entry]));
}

test("what browsers say of a connection, in short", () => {
  assert.deepEqual(readStatistics(report(), 1000), {
    at: 1000, roundTrip: 0.04, uplink: 900_000, arrived: 5000, received: 5000, sent: 8500, packets: 140, lost: 9,
    lossThere: 0.07, frozen: 1, isLimited: true,
    incoming: { width: 640, height: 360, rate: 24, codec: "VP8" },
    outgoing: { width: 320, height: 180, rate: 15, codec: "VP8" },
  });
});

test("what a browser does not say is not known, and no trouble", () => {
  const nothing = readStatistics(new Map(), 0);
  assert.deepEqual([nothing.roundTrip, nothing.uplink, nothing.incoming, nothing.outgoing], [null, null, null, null]);
  const other = readStatistics(report({ ...PAIR, currentRoundTripTime: undefined }), 0);
  assert.equal(other.roundTrip, 0.09);
});

test("two readings make a measurement", () => {
  const before = readStatistics(report(), 1000);
  const now = readStatistics(report(
    { ...PAIR, bytesReceived: 9000 },
    { ...VIDEO_IN, bytesReceived: 254_000, packetsReceived: 180, packetsLost: 20, totalFreezesDuration: 1.5 },
    { ...VIDEO_OUT, bytesSent: 133_000 },
  ), 3000);
  const { received, sent, loss, frozen, isSilent } = compare(before, now);
  assert.deepEqual([received, sent, loss, frozen, isSilent], [1_000_000, 500_000, 0.1, 0.25, false]);
  assert.ok(compare(now, { ...now, at: 5000 }).isSilent);
});

test("few packets lost among few say nothing, and a connection that is made anew counts from zero", () => {
  const before = readStatistics(report(), 0);
  assert.equal(compare(before, { ...before, at: 2000, packets: 145, lost: 12 }).loss, 0);
  const anew = { ...before, at: 2000, received: 10, sent: 10, packets: 1, lost: 0, frozen: 0, arrived: 20 };
  const { received, sent, loss, frozen } = compare(before, anew);
  assert.deepEqual([received, sent, loss, frozen], [0, 0, 0, 0]);
});
