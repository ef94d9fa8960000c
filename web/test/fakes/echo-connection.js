// SPDX-License-Identifier: Apache-2.0

/** Peer connections of one page that find each other by their descriptions, over a network that the test makes. */
export class EchoNetwork {
  /** Every connection made. */
  all = [];
  /** How many relay candidates the n-th connection finds. */
  candidates = [1, 1, 1, 1];
  /** What ICE reports before it is done. */
  errors = [];
  /** Whether gathering ever ends. */
  gathers = true;
  /** Whether two that have each other's candidates meet. */
  connects = true;
  /** Whether what is sent arrives. */
  delivers = () => true;

  create = (configuration) => {
    const connection = new EchoConnection(this, configuration, this.all.length);
    this.all.push(connection);
    return connection;
  };
}

class EchoConnection {
  localDescription = null;
  connectionState = "new";
  closed = false;
  onicecandidate = null;
  onicecandidateerror = null;
  onconnectionstatechange = null;
  ondatachannel = null;
  heard = 0;

  constructor(network, configuration, number) {
    Object.assign(this, { network, configuration, number });
  }

  createDataChannel() {
    return (this.channel = new EchoChannel(this.network));
  }

  async setLocalDescription() {
    this.localDescription = { type: this.other ? "answer" : "offer", sdp: String(this.number) };
    setImmediate(() => this.#gather());
  }

  async setRemoteDescription({ sdp }) {
    this.other = this.network.all[Number(sdp)];
  }

  async addIceCandidate(candidate) {
    if (!this.other) throw new Error("no remote description");
    if (candidate?.candidate) this.heard += 1;
    if (this.network.connects && this.heard > 0 && this.other.heard > 0) this.#connect();
  }

  async getStats() {
    return new Map();
  }

  getConfiguration() {
    return this.configuration;
  }

  close() {
    this.closed = true;
  }

  fail() {
    this.connectionState = "failed";
    this.onconnectionstatechange?.();
  }

  #gather() {
    for (const error of this.network.errors) this.onicecandidateerror?.(error);
    for (let count = 0; count < this.network.candidates[this.number]; count += 1) {
      this.onicecandidate?.({ candidate: { candidate: "candidate:1 1 udp 1 192.0.0.8 1 typ relay" } });
    }
    if (this.network.gathers) this.onicecandidate?.({ candidate: null });
  }

  #connect() {
    const offerer = this.channel ? this : this.other;
    if (offerer.channel.other) return;
    const far = new EchoChannel(this.network);
    [far.other, offerer.channel.other] = [offerer.channel, far];
    offerer.other.ondatachannel({ channel: far });
    offerer.channel.onopen();
  }
}

class EchoChannel {
  readyState = "open";
  bufferedAmount = 0;
  onmessage = null;
  onbufferedamountlow = null;

  constructor(network) {
    this.network = network;
  }

  send(data) {
    this.bufferedAmount += data.byteLength ?? 0;
    setImmediate(() => {
      this.bufferedAmount -= data.byteLength ?? 0;
      if (this.network.delivers(data)) this.other.onmessage?.({ data });
      this.onbufferedamountlow?.();
    });
  }
}
