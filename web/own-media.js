// SPDX-License-Identifier: Apache-2.0

import { liveTrack, MediaError, setMuted } from "./media.js";
import { OwnDevices } from "./own-devices.js";

/** @typedef {import("./media.js").Kind} Kind */
/** @typedef {import("./preferences.js").Preferences} Preferences */

/**
 * @typedef {object} OwnMediaObserver
 * @property {(kind: Kind, muted: boolean) => void} muted what is so now, whether it changed or not
 * @property {(kind: Kind, track: MediaStreamTrack) => void} track is sent in the place of the one before
 * @property {(sentence: string) => void} problem something to tell the person
 *
 * @typedef {object} OwnMediaOptions
 * @property {Pick<MediaDevices, "getUserMedia"> | undefined} devices absent outside a secure context
 * @property {MediaStream} stream what is sent
 * @property {Preferences} preferences which devices to open
 * @property {OwnMediaObserver} observer
 */

/** What we send of ourselves in a call: on or off, and from which device. */
export class OwnMedia {
  #options;
  #devices;
  /** What was asked for last: opening a device takes a while. @type {Record<Kind, boolean>} */
  #wantsMuted;
  /** @type {Map<Kind, Promise<boolean>>} */
  #opening = new Map();
  #closed = false;

  /** @param {OwnMediaOptions} options */
  constructor(options) {
    const { devices, stream, observer } = options;
    this.#options = options;
    this.#wantsMuted = { audio: !liveTrack(stream, "audio"), video: !liveTrack(stream, "video") };
    this.#devices = new OwnDevices({
      devices,
      stream,
      isMuted: (kind) => this.#wantsMuted[kind],
      onTrack: observer.track,
      onLost: (kind, sentence, replaced) => {
        observer.problem(sentence);
        if (!replaced) this.#apply(kind, true);
      },
    });
  }

  /** The ids of what is open, else of what would be opened; "" is the browser's choice. */
  get inUse() {
    const { stream, preferences } = this.#options;
    return {
      camera: liveTrack(stream, "video")?.getSettings().deviceId ?? preferences.camera,
      microphone: liveTrack(stream, "audio")?.getSettings().deviceId ?? preferences.microphone,
    };
  }

  /** @returns {MediaStreamTrack | undefined} */
  get microphone() {
    return liveTrack(this.#options.stream, "audio");
  }

  /**
   * @param {Kind} kind
   * @param {boolean} muted where it was not needed until now, a device is opened
   */
  async mute(kind, muted) {
    this.#wantsMuted[kind] = muted;
    const isOpen = muted || liveTrack(this.#options.stream, kind) || (await this.#openOnce(kind));
    if (!this.#closed) this.#apply(kind, this.#wantsMuted[kind] || !isOpen);
  }

  /**
   * Another device from now on: at once where one is open, else when it is turned on.
   *
   * @param {Kind} kind
   * @param {string} id "" for the browser's choice
   * @returns {Promise<string>} "", or why it stays as it was
   */
  async choose(kind, id) {
    const { stream } = this.#options;
    try {
      if (liveTrack(stream, kind)) await this.#devices.open(kind, id);
      return "";
    } catch (error) {
      if (!this.#closed && !liveTrack(stream, kind)) this.#apply(kind, true);
      return deviceSentence(error);
    }
  }

  /** The tracks are the caller's; they are only not watched any more. */
  close() {
    this.#closed = true;
    this.#devices.close();
  }

  /**
   * Several clicks ask the person once.
   *
   * @param {Kind} kind
   */
  #openOnce(kind) {
    const opening = this.#opening.get(kind) ?? this.#open(kind).finally(() => this.#opening.delete(kind));
    this.#opening.set(kind, opening);
    return opening;
  }

  /** @param {Kind} kind */
  async #open(kind) {
    const { preferences, observer } = this.#options;
    try {
      await this.#devices.open(kind, kind === "audio" ? preferences.microphone : preferences.camera);
      return true;
    } catch (error) {
      if (!this.#closed) observer.problem(deviceSentence(error));
      return false;
    }
  }

  /**
   * @param {Kind} kind
   * @param {boolean} muted
   */
  #apply(kind, muted) {
    this.#wantsMuted[kind] = muted;
    setMuted(this.#options.stream, kind, muted);
    this.#options.observer.muted(kind, muted);
  }
}

/**
 * What to tell in a call, where joining is no question any more.
 *
 * @param {unknown} error
 */
export function deviceSentence(error) {
  if (!(error instanceof MediaError)) throw error;
  return `${error.message.replace(" to join", "")}. ${error.step.replace(", or join without", "")}`;
}
