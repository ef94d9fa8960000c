// SPDX-License-Identifier: Apache-2.0

import { liveTrack, MediaError, openMedia, releaseMedia } from "./media.js";

/** @typedef {import("./media.js").Kind} Kind */

/**
 * @typedef {object} OwnDevicesOptions
 * @property {Pick<MediaDevices, "getUserMedia"> | undefined} devices absent outside a secure context
 * @property {MediaStream} stream what is sent; its tracks are replaced
 * @property {(kind: Kind) => boolean} isMuted what the person wants now: opening takes a while
 * @property {(kind: Kind, track: MediaStreamTrack) => void} onTrack a track has taken the place of the one before
 * @property {(kind: Kind, sentence: string, replaced: boolean) => void} onLost a device is gone by itself; another one
 *   has taken its place, or not
 */

/** Camera and microphone of a call that is under way: opened when they are wanted, and exchanged. */
export class OwnDevices {
  #options;
  #closed = false;

  /** @param {OwnDevicesOptions} options */
  constructor(options) {
    this.#options = options;
    for (const track of options.stream.getTracks()) this.#watch(track);
  }

  /**
   * Takes a device in the place of the present one. Where that fails, a MediaError says why, and the present one stays.
   *
   * @param {Kind} kind
   * @param {string} id "" for the browser's choice
   */
  async open(kind, id) {
    this.#take(kind, await this.#request(kind, id, liveTrack(this.#options.stream, kind)));
  }

  /** The tracks are the caller's; they are only not watched any more. */
  close() {
    this.#closed = true;
  }

  /**
   * @param {Kind} kind
   * @param {string} id
   * @param {MediaStreamTrack | undefined} present
   */
  async #request(kind, id, present) {
    try {
      return await this.#openTrack(kind, id);
    } catch (error) {
      const isBusy = error instanceof MediaError && error.reason === "NotReadableError";
      if (!isBusy || !present) throw error;
      // Some systems have one camera open at a time: the one that keeps the other from opening is our own.
      releaseMedia(this.#options.stream, kind);
      return this.#openTrack(kind, id).catch(async (reason) => {
        this.#take(kind, await this.#openTrack(kind, present.getSettings().deviceId ?? ""));
        throw reason;
      });
    }
  }

  /**
   * @param {Kind} kind
   * @param {string} id
   */
  async #openTrack(kind, id) {
    const wanted = { audio: /** @type {string | false} */ (false), video: /** @type {string | false} */ (false) };
    wanted[kind] = id;
    const [track] = (await openMedia(this.#options.devices, wanted)).getTracks();
    return track;
  }

  /**
   * @param {Kind} kind
   * @param {MediaStreamTrack} track
   */
  #take(kind, track) {
    const { stream, isMuted, onTrack } = this.#options;
    // The call ended while the browser asked.
    if (this.#closed) return track.stop();
    track.enabled = !isMuted(kind);
    releaseMedia(stream, kind);
    stream.addTrack(track);
    this.#watch(track);
    onTrack(kind, track);
  }

  /** @param {MediaStreamTrack} track */
  #watch(track) {
    // Not heard when we stop it ourselves: the device was unplugged, or its permission taken back.
    track.onended = () => void this.#lost(track);
  }

  /** @param {MediaStreamTrack} track */
  async #lost(track) {
    const { stream, onLost } = this.#options;
    if (this.#closed || !stream.getTracks().includes(track)) return;
    const kind = track.kind === "audio" ? "audio" : "video";
    // A camera that was off has no need of another one, whose light would come on.
    if (!track.enabled) {
      stream.removeTrack(track);
      return onLost(kind, `${quoted(track.label, kind)} was disconnected.`, false);
    }
    await this.open(kind, "").catch(() => {});
    if (this.#closed) return;
    const other = liveTrack(stream, kind);
    if (other) return onLost(kind, replacedSentence(kind, track.label, other.label), true);
    stream.removeTrack(track);
    onLost(kind, lostSentence(kind, track.label), false);
  }
}

const NOUNS = { audio: "microphone", video: "camera" };

/**
 * @param {Kind} kind
 * @param {string} label
 * @param {string} other
 */
function replacedSentence(kind, label, other) {
  const present = other ? `“${other}”` : "another one";
  return `${quoted(label, kind)} was disconnected. Your ${NOUNS[kind]} is ${present} now.`;
}

/**
 * @param {Kind} kind
 * @param {string} label
 */
function lostSentence(kind, label) {
  const lost = `${quoted(label, kind)} was disconnected, and no other ${NOUNS[kind]} could be opened:`;
  return kind === "audio" ? `${lost} nobody hears you. Connect one and unmute.`
    : `${lost} nobody sees you. Connect one and turn the camera on.`;
}

/**
 * @param {string} label "" where the browser does not tell
 * @param {Kind} kind
 */
function quoted(label, kind) {
  return label ? `“${label}”` : `Your ${NOUNS[kind]}`;
}
