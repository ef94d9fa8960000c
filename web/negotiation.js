// SPDX-License-Identifier: Apache-2.0

/** @typedef {import("./protocol.js").PeerMessage} PeerMessage */

/**
 * @typedef {object} NegotiationOptions
 * @property {boolean} polite whether our offer yields when two cross
 * @property {(message: PeerMessage) => void} send
 * @property {() => void} beforeAnswer called once a remote offer is set: the moment to attach local tracks
 */

/** Perfect negotiation (W3C WebRTC 1.0, section 10.7) on one connection: either side may offer at any time. */
export class Negotiation {
  #connection;
  #options;
  #makingOffer = false;
  #settingAnswer = false;
  #ignoringOffer = false;

  /**
   * @param {RTCPeerConnection} connection
   * @param {NegotiationOptions} options
   */
  constructor(connection, options) {
    this.#connection = connection;
    this.#options = options;
  }

  async offer() {
    try {
      this.#makingOffer = true;
      await this.#connection.setLocalDescription();
      this.#sendDescription();
    } finally {
      this.#makingOffer = false;
    }
  }

  /** @param {RTCSessionDescriptionInit} description */
  async receive(description) {
    if (description.type === "answer") return this.#receiveAnswer(description);
    this.#ignoringOffer = !this.#options.polite && !this.#readyForOffer;
    if (this.#ignoringOffer) return;
    // When polite, this also rolls our own offer back.
    await this.#connection.setRemoteDescription(description);
    this.#options.beforeAnswer();
    await this.#connection.setLocalDescription();
    this.#sendDescription();
  }

  /** @param {RTCIceCandidateInit | null} candidate null says that no more will come */
  async addCandidate(candidate) {
    try {
      await this.#connection.addIceCandidate(candidate ?? undefined);
    } catch (error) {
      // Candidates of an offer that was ignored fit nothing here.
      if (!this.#ignoringOffer) throw error;
    }
  }

  get #readyForOffer() {
    return !this.#makingOffer && (this.#connection.signalingState === "stable" || this.#settingAnswer);
  }

  /** @param {RTCSessionDescriptionInit} description */
  async #receiveAnswer(description) {
    // The offer it answers was rolled back meanwhile.
    if (this.#connection.signalingState !== "have-local-offer") return;
    try {
      this.#settingAnswer = true;
      await this.#connection.setRemoteDescription(description);
    } finally {
      this.#settingAnswer = false;
    }
  }

  #sendDescription() {
    const description = this.#connection.localDescription;
    if (!description || this.#connection.signalingState === "closed") return;
    const { type, sdp } = description;
    if (type === "offer" || type === "answer") this.#options.send({ type, sdp: { type, sdp } });
  }
}

/**
 * The session id of a description (RFC 8866, section 5.2): the same for the life of one connection, so another
 * one means that the far end has started over.
 *
 * @param {RTCSessionDescriptionInit | null} description
 */
export function sessionId(description) {
  return /^o=\S+ (\S+)/m.exec(description?.sdp ?? "")?.[1] ?? "";
}
