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
 * @typedef {object} PersonState What somebody said about themselves; absent is unknown.
 * @property {string} [name]
 * @property {boolean} [audio] whether the microphone is on
 * @property {boolean} [video] whether the camera is on
 * @property {boolean} [hand] whether a hand is raised
 * @property {boolean} [screen] whether a screen is shown beside the camera
 *
 * @typedef {PersonState & { peerId: string, away?: boolean }} Person `away`: the connection to the server is lost
 * @typedef {{ host?: string, locked?: boolean, hasPin?: boolean }} Door
 * @typedef {{ id: number, from: string, name?: string, text: string, age: number }} ChatEntry
 *
 * @typedef {{ resumeToken: string, hold: number }} SeatGrant
 * @typedef {IceGrant & Door & Partial<SeatGrant>
 *   & { type: "joined", peerId: string, peers: string[], members?: Person[] }} JoinedMessage
 * @typedef {IceGrant & SeatGrant & { type: "resumed", received: number }} ResumedMessage
 * @typedef {IceGrant & { type: "ice-servers" }} IceServersMessage
 * @typedef {{ type: "peer-joined" | "peer-state" | "knock" } & Person} PersonMessage
 * @typedef {{ type: "peer-left" | "knock-ended", peerId: string }} AbsenceMessage
 * @typedef {Door & { type: "room" }} RoomMessage
 * @typedef {ChatEntry & { type: "chat" }} ChatMessage
 * @typedef {{ type: "chat-history", messages: ChatEntry[] }} ChatHistoryMessage
 * @typedef {{ type: "waiting" }} WaitingMessage
 * @typedef {{ type: "offer" | "answer", from: string, sdp: RTCSessionDescriptionInit }} DescriptionMessage
 * @typedef {{ type: "ice-candidate", from: string, candidate: RTCIceCandidateInit | null }} CandidateMessage
 * @typedef {{ camera: number, screen: number }} View Heights in pixels, 0 for what is not seen.
 * @typedef {{ type: "view", from: string, view: Partial<View> }} ViewMessage
 * @typedef {{ type: "peer-congestion", peerId: string, congested: boolean, queueMs?: number, dropped?: number }}
 *   CongestionMessage
 * @typedef {{ type: "error", code: string, message: string }} ErrorMessage
 * @typedef {JoinedMessage | ResumedMessage | IceServersMessage | PersonMessage | AbsenceMessage | RoomMessage | ChatMessage
 *   | ChatHistoryMessage | WaitingMessage | DescriptionMessage | CandidateMessage | ViewMessage | CongestionMessage
 *   | ErrorMessage} ServerMessage
 *
 * PeerMessage is a message for one peer before it is addressed.
 * @typedef {{ type: "offer" | "answer", sdp: RTCSessionDescriptionInit }
 *   | { type: "ice-candidate", candidate: RTCIceCandidateInit | null }} PeerMessage
 * @typedef {PersonState & { pin?: string, knock?: boolean, congestion?: boolean }} Introduction
 * @typedef {(Introduction & { type: "join", room: string, resume?: boolean })
 *   | { type: "resume", peerId: string, resumeToken: string, received: number } | { type: "leave" } | { type: "ice-servers" }
 *   | (PersonState & { type: "state" }) | { type: "chat", text: string }
 *   | { type: "room", locked?: boolean, pin?: string | null } | { type: "admit" | "decline", target: string }
 *   | { type: "view", target: string, view: View } | (PeerMessage & { target: string })} ClientMessage
 */

const KNOWN_TYPES = new Set([
  "joined", "resumed", "peer-joined", "peer-left", "peer-state", "offer", "answer", "ice-candidate", "ice-servers", "error",
  "room", "chat", "chat-history", "waiting", "knock", "knock-ended", "view", "peer-congestion",
]);

/**
 * What to join with. Who has a PIN gives it and need not ask. We understand what is told of congestion.
 *
 * @param {PersonState} state
 * @param {string} pin "" for none
 * @param {boolean} knocks whether to ask without one
 * @returns {Introduction}
 */
export function introduction(state, pin, knocks) {
  return { ...state, congestion: true, ...(pin ? { pin } : knocks && { knock: true }) };
}

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
