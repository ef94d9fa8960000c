// SPDX-License-Identifier: Apache-2.0

import { rtcConfiguration } from "./ice.js";
import { PeerLink } from "./peer-link.js";

/** @typedef {import("./protocol.js").ServerMessage} ServerMessage */
/** @typedef {import("./protocol.js").JoinedMessage} JoinedMessage */
/** @typedef {import("./protocol.js").IceGrant} IceGrant */
/** @typedef {import("./signaling.js").Signaling} Signaling */
/** @typedef {import("./signaling.js").SignalingState} SignalingState */
/** @typedef {import("./peer-link.js").LinkState} LinkState */
/** @typedef {import("./media-sections.js").Source} Source */
/** @typedef {import("./clock.js").Clock} Clock */

/**
 * @typedef {"connecting" | "knocking" | "waiting" | "connected" | "reconnecting" | "disconnected"} CallStatus
 *
 * @typedef {object} CallObserver
 * @property {(status: CallStatus) => void} status
 * @property {(id: string) => void} peerAdded
 * @property {(id: string) => void} peerRemoved
 * @property {(id: string, state: LinkState) => void} peerState
 * @property {(id: string, track: MediaStreamTrack, source: Source) => void} peerTrack
 *
 * @typedef {object} CallOptions
 * @property {MediaStream} stream
 * @property {Pick<Signaling, "state" | "send" | "refresh">} signaling
 * @property {(configuration: RTCConfiguration) => RTCPeerConnection} createConnection
 * @property {CallObserver} observer
 * @property {Clock} clock
 */

/** The mesh: one link to every other participant, following what signaling tells. */
export class Call {
  #options;
  /** @type {Map<string, PeerLink>} */
  #links = new Map();
  /** @type {RTCConfiguration} */
  #configuration = {};
  #ownId = "";
  /** Whose connection to the server is lost. @type {Set<string>} */
  #away = new Set();
  /** Ids we had before: the server may still list our lost connection as a participant. @type {Set<string>} */
  #formerIds = new Set();
  #videoMuted = false;
  /** @type {MediaStream | null} */
  #screen = null;

  /** @param {CallOptions} options */
  constructor(options) {
    this.#options = options;
  }

  /** @param {ServerMessage} message */
  receive(message) {
    switch (message.type) {
      case "joined":
        return this.#joined(message);
      case "resumed":
        return this.#configure(message);
      case "peer-joined":
        return this.#add(message.peerId, false);
      case "peer-state":
        return this.#setAway(message.peerId, message.away === true);
      case "peer-left":
        return this.#remove(message.peerId);
      case "ice-servers":
        return this.#configure(message);
      case "offer":
      case "answer":
      case "ice-candidate":
        void this.#links.get(message.from)?.receive(message);
    }
  }

  /** Signaling came or went. Media go on; only a "joined" that makes us somebody else replaces them. */
  signalingChanged() {
    this.#updateReachability();
    this.#report();
  }

  /** @param {boolean} muted */
  setVideoMuted(muted) {
    this.#videoMuted = muted;
    for (const link of this.#links.values()) link.setVideoMuted(muted);
  }

  /**
   * A device was opened that was not there before.
   *
   * @param {MediaStreamTrack} track
   */
  addTrack(track) {
    for (const link of this.#links.values()) link.addTrack(track);
  }

  /** @param {MediaStream | null} screen null when sharing ends */
  setScreen(screen) {
    this.#screen = screen;
    for (const link of this.#links.values()) link.setScreen(screen);
  }

  /**
   * The connections by the id of the other end.
   *
   * @returns {ReadonlyMap<string, PeerLink>}
   */
  get links() {
    return this.#links;
  }

  /** How loud everybody is, from 0 to 1, by id. */
  audioLevels() {
    return new Map([...this.#links].map(([id, link]) => [id, link.audioLevel]));
  }

  /** Which way the media of everybody goes, by id. */
  async networkPaths() {
    const ids = [...this.#links.keys()];
    const paths = await Promise.all([...this.#links.values()].map((link) => link.networkPath()));
    return new Map(ids.map((id, index) => [id, paths[index]]));
  }

  close() {
    for (const id of [...this.#links.keys()]) this.#remove(id);
  }

  /** @param {JoinedMessage} message */
  #joined(message) {
    // After a reconnect everyone has met us as gone: nothing of the old mesh fits the new ids.
    this.close();
    if (this.#ownId) this.#formerIds.add(this.#ownId);
    this.#ownId = message.peerId;
    this.#configuration = rtcConfiguration(message);
    this.#away = new Set(message.members?.filter(({ away }) => away).map(({ peerId }) => peerId));
    for (const id of message.peers) {
      if (!this.#formerIds.has(id)) this.#add(id, true);
    }
    this.#report();
  }

  /**
   * @param {string} id
   * @param {boolean} away
   */
  #setAway(id, away) {
    if (away) this.#away.add(id);
    else this.#away.delete(id);
    this.#updateReachability();
  }

  #updateReachability() {
    for (const [id, link] of this.#links) link.setReachable(this.#isReachable(id));
  }

  /** @param {string} id */
  #isReachable(id) {
    return this.#options.signaling.state === "joined" && !this.#away.has(id);
  }

  /** @param {IceGrant} grant */
  #configure(grant) {
    this.#configuration = rtcConfiguration(grant);
    for (const link of this.#links.values()) link.configure(this.#configuration);
  }

  /**
   * @param {string} id
   * @param {boolean} initiator
   */
  #add(id, initiator) {
    if (this.#links.has(id)) return;
    const { stream, signaling, createConnection, observer, clock } = this.#options;
    observer.peerAdded(id);
    const link = new PeerLink({
      polite: this.#ownId < id,
      initiator,
      reachable: this.#isReachable(id),
      stream,
      videoMuted: this.#videoMuted,
      screen: this.#screen,
      configuration: this.#configuration,
      createConnection,
      send: (message) => void signaling.send({ ...message, target: id }),
      refresh: () => signaling.refresh(),
      onTrack: (track, source) => observer.peerTrack(id, track, source),
      onState: (state) => {
        observer.peerState(id, state);
        this.#report();
      },
      clock,
    });
    this.#links.set(id, link);
    this.#report();
  }

  /** @param {string} id */
  #remove(id) {
    const link = this.#links.get(id);
    if (!link) return;
    this.#links.delete(id);
    this.#away.delete(id);
    link.close();
    this.#options.observer.peerRemoved(id);
    this.#report();
  }

  #report() {
    const links = [...this.#links.values()].map((link) => link.state);
    this.#options.observer.status(callStatus(this.#options.signaling.state, links));
  }
}

/**
 * One word for the whole call.
 *
 * @param {SignalingState} signaling
 * @param {LinkState[]} links
 * @returns {CallStatus}
 */
export function callStatus(signaling, links) {
  if (signaling === "closed") return "disconnected";
  if (signaling !== "joined") return signaling;
  if (links.length === 0) return "waiting";
  if (links.includes("connected")) return "connected";
  return links.includes("reconnecting") ? "reconnecting" : "connecting";
}
