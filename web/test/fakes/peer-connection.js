// SPDX-License-Identifier: Apache-2.0

let sessions = 0;

/** As much of RTCPeerConnection as negotiation needs: the signaling state machine, tracks, and no network. */
export class FakePeerConnection {
  static all = [];

  session = String(++sessions);
  version = 0;
  signalingState = "stable";
  iceConnectionState = "new";
  connectionState = "new";
  dtlsTransport = { state: "new" };
  localDescription = null;
  remoteDescription = null;
  restarts = 0;
  candidates = [];
  transceivers = [];
  onnegotiationneeded = null;
  onicecandidate = null;
  oniceconnectionstatechange = null;
  onconnectionstatechange = null;
  ontrack = null;

  constructor(configuration) {
    this.configuration = configuration;
    FakePeerConnection.all.push(this);
  }

  setConfiguration(configuration) {
    this.configuration = configuration;
  }

  addTrack(track) {
    return this.#addTransceiver(track.kind, track, "sendrecv").sender;
  }

  addTransceiver(trackOrKind, { direction }) {
    const isKind = typeof trackOrKind === "string";
    return this.#addTransceiver(isKind ? trackOrKind : trackOrKind.kind, isKind ? null : trackOrKind, direction);
  }

  #addTransceiver(kind, track, direction) {
    const sender = { track, transport: this.dtlsTransport, replaceTrack: async (other) => (sender.track = other) };
    const receiver = { track: { kind }, getSynchronizationSources: () => [{ audioLevel: 0.25 }] };
    const needNegotiation = () => this.#needNegotiation();
    const transceiver = {
      sender,
      receiver,
      get direction() {
        return direction;
      },
      set direction(value) {
        if (value !== direction) needNegotiation();
        direction = value;
      },
    };
    this.transceivers.push(transceiver);
    // Tracks that answer an offer use its media sections and need no offer of their own.
    if (this.signalingState === "stable") this.#needNegotiation();
    return transceiver;
  }

  getReceivers() {
    return this.transceivers.map((transceiver) => transceiver.receiver);
  }

  getSenders() {
    return this.transceivers.map((transceiver) => transceiver.sender);
  }

  getTransceivers() {
    return this.transceivers;
  }

  restartIce() {
    this.restarts += 1;
    this.#needNegotiation();
  }

  async setLocalDescription() {
    this.#refuseClosed();
    await null;
    const type = this.signalingState === "have-remote-offer" ? "answer" : "offer";
    this.version += 1;
    this.localDescription = { type, sdp: `v=0\r\no=- ${this.session} ${this.version} IN IP4 127.0.0.1\r\n` };
    this.signalingState = type === "offer" ? "have-local-offer" : "stable";
  }

  async setRemoteDescription(description) {
    this.#refuseClosed();
    await null;
    if (description.type === "answer" && this.signalingState !== "have-local-offer") throw new Error("no offer");
    this.signalingState = description.type === "offer" ? "have-remote-offer" : "stable";
    this.remoteDescription = description;
  }

  async addIceCandidate(candidate) {
    if (!this.remoteDescription) throw new Error("no remote description");
    this.candidates.push(candidate);
  }

  close() {
    this.signalingState = "closed";
  }

  get closed() {
    return this.signalingState === "closed";
  }

  /** What the network would do. */
  becomes(iceConnectionState, connectionState = iceConnectionState) {
    this.iceConnectionState = iceConnectionState;
    this.connectionState = connectionState;
    this.oniceconnectionstatechange?.();
    this.onconnectionstatechange?.();
  }

  #needNegotiation() {
    if (this.negotiationQueued) return;
    this.negotiationQueued = true;
    setImmediate(() => {
      this.negotiationQueued = false;
      if (this.signalingState === "stable") this.onnegotiationneeded?.();
    });
  }

  #refuseClosed() {
    if (this.closed) throw new Error("closed");
  }
}

/** A local camera and microphone. */
export function fakeStream(kinds = ["audio", "video"]) {
  const tracks = kinds.map((kind) => ({
    kind,
    enabled: true,
    stopped: false,
    stop() {
      this.stopped = true;
    },
  }));
  return {
    getTracks: () => tracks,
    getAudioTracks: () => tracks.filter((track) => track.kind === "audio"),
    getVideoTracks: () => tracks.filter((track) => track.kind === "video"),
  };
}
