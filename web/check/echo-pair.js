// SPDX-License-Identifier: Apache-2.0

import { networkPath } from "../network-path.js";
import { within } from "./deadline.js";
import { Problem } from "./problem.js";
import { relayConfiguration } from "./relay-probe.js";

/** ICE tries this long, too. */
const PATIENCE = 20_000;

/**
 * Two connections of this page that meet at the relay: what a call is, without another person. Both have the
 * credentials of one grant, and so of one room, which is all that a closed relay joins.
 */
export class EchoPair {
  #options;
  #near;
  #far;
  #candidates = { near: 0, far: 0 };
  /** @type {(problem: Problem) => void} */
  #giveUp = () => {};
  /** What is sent here as text comes back; of anything else the far end tells `onReceived`. */
  channel;
  /** @type {(bytes: number) => void} */
  onReceived = () => {};

  /** @param {import("./relay-probe.js").RelayProbeOptions} options */
  constructor(options) {
    this.#options = options;
    const { grant, createConnection } = options;
    this.#near = createConnection(relayConfiguration(grant));
    this.#far = createConnection(relayConfiguration(grant));
    this.channel = this.#near.createDataChannel("echo");
    this.#far.ondatachannel = ({ channel }) => this.#answer(channel);
  }

  /** Until both ends have met. */
  async open() {
    const { clock } = this.#options;
    try {
      await within(clock, PATIENCE, "silent", (resolve, reject) => {
        this.channel.onopen = resolve;
        this.#giveUp = reject;
        for (const connection of [this.#near, this.#far]) {
          connection.onconnectionstatechange = () => {
            if (connection.connectionState === "failed") this.#giveUp(new Problem("silent"));
          };
        }
        this.#describe().catch(reject);
      });
    } catch (error) {
      const { near, far } = this.#candidates;
      if (!(error instanceof Problem)) throw error;
      throw new Problem(near > 0 && far > 0 ? "silent" : "single", [`relay candidates: ${near} and ${far}`]);
    }
  }

  /** The ways of both ends. */
  async paths() {
    const paths = [this.#near, this.#far].map(async (end) => {
      const { iceServers = [] } = end.getConfiguration();
      return networkPath(await end.getStats(), iceServers);
    });
    return Promise.all(paths);
  }

  close() {
    for (const connection of [this.#near, this.#far]) {
      connection.onicecandidate = connection.onconnectionstatechange = null;
      connection.close();
    }
  }

  async #describe() {
    const [near, far] = [this.#near, this.#far];
    /** @type {(value?: undefined) => void} */
    let described = () => {};
    // Candidates fit a connection only when it knows the description they belong to.
    const isDescribed = new Promise((resolve) => (described = resolve));
    this.#passCandidates("near", near, far, isDescribed);
    this.#passCandidates("far", far, near, isDescribed);
    await near.setLocalDescription();
    if (near.localDescription) await far.setRemoteDescription(near.localDescription);
    await far.setLocalDescription();
    if (far.localDescription) await near.setRemoteDescription(far.localDescription);
    described();
  }

  /**
   * @param {"near" | "far"} name
   * @param {RTCPeerConnection} from
   * @param {RTCPeerConnection} to
   * @param {Promise<unknown>} isDescribed
   */
  #passCandidates(name, from, to, isDescribed) {
    from.onicecandidate = async ({ candidate }) => {
      if (candidate?.candidate) this.#candidates[name] += 1;
      else if (!candidate && this.#candidates[name] === 0) this.#giveUp(new Problem("single"));
      await isDescribed;
      // One that does not fit leaves the pair unconnected, which is seen.
      await to.addIceCandidate(candidate ?? undefined).catch(() => {});
    };
  }

  /** @param {RTCDataChannel} channel */
  #answer(channel) {
    channel.binaryType = "arraybuffer";
    channel.onmessage = ({ data }) => {
      if (typeof data === "string") channel.send(data);
      else this.onReceived(data.byteLength);
    };
  }
}
