// SPDX-License-Identifier: Apache-2.0

/** @typedef {import("./protocol.js").IceGrant} IceGrant */
/** @typedef {import("./protocol.js").IceServer} IceServer */

/**
 * The configuration of every peer connection, made from what signaling granted and from nothing else.
 *
 * Only `turns:` addresses pass: with a `stun:` or `turn:` entry browsers send UDP, even under policy "relay".
 *
 * @param {IceGrant} grant
 * @returns {RTCConfiguration}
 */
export function rtcConfiguration(grant) {
  return {
    iceServers: grant.iceServers.map(tlsOnly).filter((server) => server.urls.length > 0),
    // An unknown policy counts as the strict one.
    iceTransportPolicy: grant.iceTransportPolicy === "all" ? "all" : "relay",
    // One transport, hence one relay allocation, for audio and video together.
    bundlePolicy: "max-bundle",
  };
}

/** @param {IceServer} server */
function tlsOnly(server) {
  const urls = [server.urls].flat().filter((url) => url.startsWith("turns:"));
  return { ...server, urls };
}
