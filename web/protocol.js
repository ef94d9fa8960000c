// SPDX-License-Identifier: Apache-2.0

/**
 * The messages of /ws as types, and the one place where text from the wire becomes a message.
 *
 * @typedef {{ urls: string | string[], username?: string, credential?: string }} IceServer
 *
 * @typedef {object} IceGrant What signaling hands out for connecting: servers, policy, and for how many seconds.
 * @property {IceServer[]} iceServers
 * @property {RTCIceTransportPolicy} iceTransportPolicy
 * @property {number} lifetime
 *
 * @typedef {IceGrant & { type: "joined", peerId: string, peers: string[] }} JoinedMessage
 * @typedef {IceGrant & { type: "ice-servers" }} IceServersMessage
 * @typedef {{ type: "peer-joined" | "peer-left", peerId: string }} PresenceMessage
 * @typedef {{ type: "offer" | "answer", from: string, sdp: RTCSessionDescriptionInit }} DescriptionMessage
 * @typedef {{ type: "ice-candidate", from: string, candidate: RTCIceCandidateInit | null }} CandidateMessage
 * @typedef {{ type: "error", code: string, message: string }} ErrorMessage
 * @typedef {JoinedMessage | IceServersMessage | PresenceMessage | DescriptionMessage | CandidateMessage
 *   | ErrorMessage} ServerMessage
 *
 * PeerMessage is a message for one peer before it is addressed.
 * @typedef {{ type: "offer" | "answer", sdp: RTCSessionDescriptionInit }
 *   | { type: "ice-candidate", candidate: RTCIceCandidateInit | null }} PeerMessage
 * @typedef {{ type: "join", room: string } | { type: "leave" } | { type: "ice-servers" }
 *   | (PeerMessage & { target: string })} ClientMessage
 */

const KNOWN_TYPES = new Set([
  "joined", "peer-joined", "peer-left", "offer", "answer", "ice-candidate", "ice-servers", "error",
]);

/** The longest room name the server takes. */
const ROOM_NAME_LIMIT = 64;

/**
 * Messages of unknown type yield null: a newer server may send more than this page understands.
 *
 * @param {unknown} text
 * @returns {ServerMessage | null}
 */
export function parseServerMessage(text) {
  if (typeof text !== "string") return null;
  try {
    const message = JSON.parse(text);
    return KNOWN_TYPES.has(message?.type) ? message : null;
  } catch {
    return null;
  }
}

/**
 * The room a page address asks for: `?room=NAME`, or "default".
 *
 * @param {string} search the query part of the address
 */
export function roomName(search) {
  const asked = new URLSearchParams(search).get("room")?.trim() ?? "";
  return Array.from(asked).slice(0, ROOM_NAME_LIMIT).join("") || "default";
}
