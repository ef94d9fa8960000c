// SPDX-License-Identifier: Apache-2.0

import { MediaError, openMedia, releaseMedia } from "../media.js";
import { relayAddress } from "../network-path.js";
import { EchoPair } from "./echo-pair.js";
import { probeHost } from "./host-probe.js";
import { roundTrip, throughput } from "./measure.js";
import { Problem } from "./problem.js";
import { probeRelay, relayURLs } from "./relay-probe.js";
import { probeSignaling } from "./signaling-probe.js";
import { problemWords, speedOutcome } from "./words.js";

/** @typedef {import("./doctor.js").Step} Step */
/** @typedef {import("./doctor.js").Outcome} Outcome */
/** @typedef {import("../protocol.js").IceGrant} IceGrant */

/**
 * @typedef {object} Surroundings What the steps have of the browser.
 * @property {Pick<Location, "host" | "hostname" | "port" | "protocol">} location
 * @property {() => string} newRoom
 * @property {(url: string, options: RequestInit) => Promise<Response>} fetch
 * @property {new (url: string) => WebSocket} WebSocket
 * @property {(configuration: RTCConfiguration) => RTCPeerConnection} createConnection
 * @property {Pick<MediaDevices, "getUserMedia"> | undefined} mediaDevices
 * @property {import("../clock.js").Clock} clock
 * @property {() => number} now in milliseconds
 * @property {() => boolean} isOnline
 */

/** The examination: each step looks at one more part of the way that a call takes. */
export class Examination {
  #surroundings;
  #place;
  /** @type {IceGrant | null} */
  #grant = null;
  /** @type {EchoPair | null} */
  #pair = null;

  /** @param {Surroundings} surroundings */
  constructor(surroundings) {
    const { hostname, port } = surroundings.location;
    this.#surroundings = surroundings;
    this.#place = { host: hostname, port: Number(port || 443), relayHost: hostname, relayPort: 443 };
  }

  /** @returns {Step[]} */
  get steps() {
    return [
      {
        id: "host",
        title: "Call server",
        about: "Finds the server by its name and loads a small file over HTTPS.",
        run: () => this.#try("host", () => this.#host()),
      },
      {
        id: "signaling",
        title: "Signaling",
        about: "Opens a WebSocket over TLS: by it participants find each other.",
        needs: "host",
        run: () => this.#try("signaling", () => this.#signal()),
      },
      {
        id: "relay",
        title: "Media relay",
        about: "Asks the relay for an address, by TURN over TLS.",
        needs: "signaling",
        run: () => this.#try("relay", () => this.#relay()),
      },
      {
        id: "echo",
        title: "Echo through the relay",
        about: "Connects this page with itself, the way two participants are connected.",
        needs: "relay",
        run: () => this.#try("echo", () => this.#echo()),
      },
      {
        id: "speed",
        title: "Speed",
        about: "Measures the round trip, and sends up to 4 MB for at most two seconds.",
        needs: "echo",
        run: () => this.#try("speed", () => this.#speed()),
      },
      {
        id: "devices",
        title: "Camera and microphone",
        about: "Asks for both once, and gives them back at once.",
        onRequest: true,
        run: () => this.#devices(),
      },
    ];
  }

  /**
   * @param {Exclude<Step["id"], "devices">} id
   * @param {() => Promise<Outcome>} run
   * @returns {Promise<Outcome>}
   */
  async #try(id, run) {
    try {
      return await run();
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return { state: "failed", ...problemWords(id, error.code, this.#place), details: error.details };
    }
  }

  /** @returns {Promise<Outcome>} */
  async #host() {
    const milliseconds = await probeHost(this.#surroundings);
    return passed(`${this.#place.host} answers over HTTPS, in ${rounded(milliseconds)}.`);
  }

  /** @returns {Promise<Outcome>} */
  async #signal() {
    const { location, newRoom } = this.#surroundings;
    const url = `${location.protocol === "http:" ? "ws" : "wss"}://${location.host}/ws`;
    const { grant, milliseconds } = await probeSignaling({ ...this.#surroundings, url, room: newRoom() });
    this.#grant = grant;
    const { host = "", port = 443 } = relayAddress(relayURLs(grant)[0] ?? "");
    Object.assign(this.#place, { relayHost: host, relayPort: port });
    return passed(`A WebSocket opens in ${rounded(milliseconds)}, and the server answers.`);
  }

  /** @returns {Promise<Outcome>} */
  async #relay() {
    const milliseconds = await probeRelay(this.#line);
    const { relayHost, relayPort } = this.#place;
    const text = `${relayHost} answers over TLS on port ${relayPort}, in ${rounded(milliseconds)}.`;
    return passed(text, relayURLs(this.#line.grant));
  }

  /** @returns {Promise<Outcome>} */
  async #echo() {
    const pair = await this.#open();
    return passed("What is sent through the relay comes back.", (await pair.paths()).map(pathLine));
  }

  /** @returns {Promise<Outcome>} */
  async #speed() {
    // Tried again, it finds the pair of the time before closed.
    const pair = this.#pair ?? (await this.#open());
    try {
      return speedOutcome(await roundTrip(pair, this.#surroundings), await throughput(pair, this.#surroundings));
    } finally {
      this.#close();
    }
  }

  /** @returns {Promise<Outcome>} */
  async #devices() {
    try {
      const stream = await openMedia(this.#surroundings.mediaDevices, { audio: "", video: "" });
      const kinds = new Set(stream.getTracks().map(({ kind }) => kind));
      releaseMedia(stream);
      if (kinds.size === 2) return passed("Camera and microphone can be used.");
      const [found, missing] = kinds.has("audio") ? ["microphone", "camera"] : ["camera", "microphone"];
      return passed(`The ${found} can be used; there is no ${missing}.`);
    } catch (error) {
      if (!(error instanceof MediaError)) throw error;
      const details = error.reason ? [error.reason] : [];
      return { state: "warning", text: `${error.message}.`, advice: error.step, details };
    }
  }

  /** Two connections that an echo has gone through. */
  async #open() {
    this.#close();
    const pair = new EchoPair(this.#line);
    this.#pair = pair;
    try {
      await pair.open();
      await roundTrip(pair, this.#surroundings);
      return pair;
    } catch (error) {
      this.#close();
      throw error;
    }
  }

  #close() {
    this.#pair?.close();
    this.#pair = null;
  }

  get #line() {
    // Signaling comes first, or none of this.
    return { ...this.#surroundings, grant: /** @type {IceGrant} */ (this.#grant) };
  }
}

/**
 * @param {string} text
 * @param {string[]} [details]
 * @returns {Outcome}
 */
function passed(text, details = []) {
  return { state: "passed", text, details };
}

/** @param {import("../network-path.js").NetworkPath | null} path */
function pathLine(path) {
  if (!path) return "path: unknown";
  const { type, protocol, host, port, remoteType } = path;
  return `path: ${type}, ${protocol}, ${host}:${port}, remote ${remoteType}`;
}

/** @param {number} milliseconds */
function rounded(milliseconds) {
  return `${Math.max(1, Math.round(milliseconds))} ms`;
}
