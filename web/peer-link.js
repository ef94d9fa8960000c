// SPDX-License-Identifier: Apache-2.0

import { Backoff } from "./backoff.js";
import { Timer } from "./clock.js";
import { deviceSection, ScreenSections, sourceOf } from "./media-sections.js";
import { Negotiation, sessionId } from "./negotiation.js";
import { networkPath } from "./network-path.js";

/** @typedef {import("./protocol.js").PeerMessage} PeerMessage */
/** @typedef {import("./media-sections.js").Source} Source */
/** @typedef {import("./clock.js").Clock} Clock */

/**
 * @typedef {"connecting" | "connected" | "reconnecting"} LinkState
 *
 * @typedef {object} PeerLinkOptions
 * @property {boolean} polite
 * @property {boolean} initiator whether the first offer is ours
 * @property {MediaStream} stream what we send
 * @property {boolean} videoMuted
 * @property {MediaStream | null} screen what we show beside it
 * @property {RTCConfiguration} configuration
 * @property {(configuration: RTCConfiguration) => RTCPeerConnection} createConnection
 * @property {(message: PeerMessage) => void} send
 * @property {boolean} reachable whether messages are passed on now, or only later
 * @property {() => Promise<void>} refresh fetches fresh ICE servers (they come by `configure`); rejects while
 *   signaling is away
 * @property {(track: MediaStreamTrack, source: Source) => void} onTrack
 * @property {(state: LinkState) => void} onState
 * @property {Clock} clock
 */

/** A pause shorter than this often heals by itself. */
const DISCONNECT_GRACE = 2000;
/** The polite side waits longer, so that as a rule only one of the two starts over and no offer is rolled back. */
const POLITE_EXTRA_GRACE = 1500;
const FIRST_CONNECT_TIMEOUT = 15_000;
/** Longer than messages are under way. */
const CROSSING_GRACE = 1000;
/** For what the far end sent while it could not be reached: it may begin to recover itself. */
const REACHABLE_GRACE = 300;
/** After as many ICE restarts in vain the connection itself is made anew. */
const RESTARTS_BEFORE_REBUILD = 2;

/** The media connection to one peer. It outlives single RTCPeerConnections: `#rebuild` replaces a hopeless one. */
export class PeerLink {
  #options;
  #configuration;
  #videoMuted;
  #screen;
  /** @type {LinkState} */
  #state = "connecting";
  #reachable;
  #backoff = new Backoff(6000);
  #deadline;
  #closed = false;
  /** The connection has lost DTLS: no ICE restart brings media back, whatever its states say then. */
  #isSpent = false;
  /** @type {RTCPeerConnection} */
  #connection;
  /** @type {Negotiation} */
  #negotiation;
  /** @type {ScreenSections} */
  #screenSections;

  /** @param {PeerLinkOptions} options */
  constructor(options) {
    this.#options = options;
    this.#configuration = options.configuration;
    this.#videoMuted = options.videoMuted;
    this.#screen = options.screen;
    this.#reachable = options.reachable;
    this.#deadline = new Timer(options.clock);
    [this.#connection, this.#negotiation, this.#screenSections] = this.#open(options.initiator);
    this.#deadline.start(this.#patience(FIRST_CONNECT_TIMEOUT), () => this.#recover());
  }

  get state() {
    return this.#state;
  }

  /** @param {PeerMessage} message */
  async receive(message) {
    try {
      if (message.type === "ice-candidate") await this.#negotiation.addCandidate(message.candidate);
      else await this.#receiveDescription(message.sdp);
    } catch {
      // Nothing the far end sends may break the call; if it mattered, the connection fails and is recovered.
    }
  }

  /**
   * Nothing is tried while nobody would answer: media that flow go on, and what fails meanwhile is recovered afterwards.
   *
   * @param {boolean} reachable
   */
  setReachable(reachable) {
    if (reachable === this.#reachable) return;
    this.#reachable = reachable;
    if (!reachable || this.#state === "connected") return;
    this.#backoff.reset();
    const grace = this.#state === "connecting" ? FIRST_CONNECT_TIMEOUT : REACHABLE_GRACE;
    this.#deadline.start(this.#patience(grace), () => this.#recover());
  }

  /** @param {RTCConfiguration} configuration used from the next gathering on */
  configure(configuration) {
    this.#configuration = configuration;
    this.#connection.setConfiguration(configuration);
  }

  /**
   * Tells the far end by negotiation: a track that is merely disabled would arrive there as black frames.
   *
   * @param {boolean} muted
   */
  setVideoMuted(muted) {
    this.#videoMuted = muted;
    this.#applyVideoDirection();
  }

  /** @param {MediaStreamTrack} track of the stream that we send; the far end learns of it by negotiation */
  addTrack(track) {
    const { stream } = this.#options;
    // In the place that was kept free for it: else each change of mind would add a media section.
    const transceiver = deviceSection(this.#connection, track.kind);
    if (!transceiver) return;
    void transceiver.sender.replaceTrack(track);
    transceiver.sender.setStreams?.(stream);
    transceiver.direction = "sendrecv";
    this.#applyVideoDirection();
  }

  /** @param {MediaStream | null} screen null when sharing ends */
  setScreen(screen) {
    this.#screen = screen;
    this.#attachScreen();
  }

  /** How loud the far end was a moment ago, from 0 to 1. */
  get audioLevel() {
    const receiver = this.#connection.getReceivers().find(({ track }) => track.kind === "audio");
    return receiver?.getSynchronizationSources()[0]?.audioLevel ?? 0;
  }

  /** What sends our microphone and camera, our screen and its sound; undefined where there is no place for it yet. */
  get senders() {
    return {
      audio: deviceSection(this.#connection, "audio")?.sender,
      camera: deviceSection(this.#connection, "video")?.sender,
      sound: this.#screenSections.sender("audio"),
      screen: this.#screenSections.sender("video"),
    };
  }

  statistics() {
    return this.#connection.getStats();
  }

  /** Which way the media goes; null until there is one. */
  async networkPath() {
    const connection = this.#connection;
    return networkPath(await connection.getStats(), connection.getConfiguration().iceServers ?? []);
  }

  close() {
    this.#closed = true;
    this.#deadline.stop();
    this.#discard();
  }

  /**
   * @param {boolean} initiator
   * @returns {[RTCPeerConnection, Negotiation, ScreenSections]}
   */
  #open(initiator) {
    const { createConnection, polite, send, onTrack } = this.#options;
    const connection = createConnection(this.#configuration);
    const negotiation = new Negotiation(connection, { polite, send, beforeAnswer: () => this.#attachTracks() });
    // A failed offer leaves the connection unconnected, which the deadline sees.
    connection.onnegotiationneeded = () => void negotiation.offer().catch(() => {});
    connection.onicecandidate = ({ candidate }) => send({ type: "ice-candidate", candidate });
    connection.oniceconnectionstatechange = () => this.#iceChanged();
    connection.onconnectionstatechange = () => this.#connectionChanged();
    connection.ontrack = ({ track, transceiver }) => onTrack(track, sourceOf(connection, transceiver));
    this.#connection = connection;
    this.#isSpent = false;
    this.#negotiation = negotiation;
    this.#screenSections = new ScreenSections(connection);
    if (initiator) this.#attachTracks(true);
    return [connection, negotiation, this.#screenSections];
  }

  /**
   * Whoever answers attaches after the offer is set, and so reuses its media sections instead of adding own.
   *
   * @param {boolean} [offering] makes a media section for what we lack, too: to receive it, and for later
   */
  #attachTracks(offering = false) {
    if (!this.#connection.getSenders().some((sender) => sender.track)) this.#attachDevices(offering);
    this.#attachScreen();
  }

  /** @param {boolean} offering */
  #attachDevices(offering) {
    const { stream } = this.#options;
    for (const track of stream.getTracks()) this.#connection.addTrack(track, stream);
    for (const kind of offering ? ["audio", "video"] : []) {
      const isThere = stream.getTracks().some((track) => track.kind === kind);
      if (!isThere) this.#connection.addTransceiver(kind, { direction: "recvonly" });
    }
    this.#applyVideoDirection();
  }

  /** Whoever waits for the first offer has no sections yet, and the first ones are those of the devices. */
  #attachScreen() {
    if (this.#connection.getTransceivers().length > 0) this.#screenSections.show(this.#screen);
  }

  #applyVideoDirection() {
    const transceiver = deviceSection(this.#connection, "video");
    if (transceiver?.sender.track) transceiver.direction = this.#videoMuted ? "recvonly" : "sendrecv";
  }

  /** @param {RTCSessionDescriptionInit} description */
  async #receiveDescription(description) {
    const known = sessionId(this.#connection.remoteDescription);
    if (known && known !== sessionId(description)) {
      // The far end has a new connection. Its offer can start ours; its answer does not fit the one we have.
      if (description.type === "answer") return this.#startOver();
      this.#rebuild(false);
    } else if (!known && description.type === "offer" && this.#options.polite && this.#hasEmptySections) {
      // Our first offer crosses theirs and yields. Rolled back it would leave sections for devices that we lack, and
      // those would be taken for the far end's.
      this.#rebuild(false);
    }
    await this.#negotiation.receive(description);
  }

  get #hasEmptySections() {
    return this.#connection.getSenders().some(({ track }) => !track);
  }

  #iceChanged() {
    this.#watchDTLS();
    switch (this.#connection.iceConnectionState) {
      case "connected":
      case "completed":
        if (this.#isSpent) return this.#startOver();
        this.#backoff.reset();
        this.#deadline.stop();
        return this.#setState("connected");
      case "disconnected":
        return this.#interrupted(DISCONNECT_GRACE);
      case "failed":
        return this.#interrupted(0);
    }
  }

  #connectionChanged() {
    const wasSpent = this.#isSpent;
    this.#watchDTLS();
    if (this.#isSpent && !wasSpent) this.#interrupted(0);
  }

  /** DTLS can fail while ICE is well, and Firefox gives it up together with ICE. */
  #watchDTLS() {
    const { connectionState, iceConnectionState } = this.#connection;
    const isAboveICE = connectionState === "failed" && ["connected", "completed"].includes(iceConnectionState);
    const hasFailed = this.#connection.getSenders().some(({ transport }) => transport?.state === "failed");
    this.#isSpent ||= isAboveICE || hasFailed;
  }

  /** @param {number} grace in milliseconds */
  #interrupted(grace) {
    this.#setState("reconnecting");
    // A recovery that is under way has its own deadline.
    if (this.#backoff.attempts > 0) return;
    this.#deadline.start(this.#patience(grace), () => this.#recover());
  }

  /** @param {number} grace in milliseconds */
  #patience(grace) {
    return grace + (this.#options.polite ? POLITE_EXTRA_GRACE : 0);
  }

  async #recover() {
    if (!this.#reachable) return;
    const attempt = this.#backoff.attempts;
    const connection = this.#connection;
    this.#deadline.start(this.#backoff.next(), () => this.#recover());
    try {
      await this.#options.refresh();
    } catch {
      return; // Signaling is away: when it is back, this begins anew.
    }
    if (this.#closed || this.#backoff.attempts === 0) return;
    // The far end has begun anew meanwhile: doing so too would take away what its offer has just made.
    if (connection !== this.#connection) return;
    const hopeless = attempt >= RESTARTS_BEFORE_REBUILD || this.#isSpent;
    if (hopeless || !this.#connection.remoteDescription) this.#rebuild(true);
    else connection.restartIce();
  }

  /** After a moment, when what both sides sent for connections now gone has arrived: else they chase each other. */
  #startOver() {
    this.#deadline.start(CROSSING_GRACE, () => {
      this.#deadline.start(this.#backoff.next(), () => this.#recover());
      this.#rebuild(true);
    });
  }

  /** @param {boolean} initiator */
  #rebuild(initiator) {
    this.#discard();
    this.#open(initiator);
  }

  #discard() {
    const connection = this.#connection;
    connection.onnegotiationneeded = connection.onicecandidate = connection.ontrack = null;
    connection.oniceconnectionstatechange = connection.onconnectionstatechange = null;
    connection.close();
  }

  /** @param {LinkState} state */
  #setState(state) {
    // Until the first success it is "connecting", however often that is tried.
    if (state === this.#state || (state === "reconnecting" && this.#state === "connecting")) return;
    this.#state = state;
    this.#options.onState(state);
  }
}
