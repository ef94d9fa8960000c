// SPDX-License-Identifier: Apache-2.0

import { MediaError } from "./media.js";

/** @typedef {Pick<MediaDevices, "getDisplayMedia">} ScreenDevices */

/** Text stays readable at few pictures a second; more would cost the others' pictures. */
const FRAME_RATE = 15;

/** What a tab plays reaches the others as it is; the call itself is neither shown nor heard twice. */
const OPTIONS = {
  video: { frameRate: { max: FRAME_RATE } },
  audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false },
  selfBrowserSurface: "exclude",
  surfaceSwitching: "include",
  systemAudio: "exclude",
};

/**
 * Phones have none.
 *
 * @param {Partial<ScreenDevices> | undefined} devices
 * @returns {devices is ScreenDevices}
 */
export function canShareScreen(devices) {
  return typeof devices?.getDisplayMedia === "function";
}

/**
 * @param {ScreenDevices} devices
 * @returns {Promise<MediaStream | null>} null when the person chose nothing
 */
async function openScreen(devices) {
  try {
    const stream = await devices.getDisplayMedia(OPTIONS);
    // Sharp letters rather than smooth movement.
    for (const track of stream.getVideoTracks()) track.contentHint = "detail";
    return stream;
  } catch (error) {
    const { name, message } = error instanceof Error ? error : { name: "", message: "" };
    const isRefusal = name === "NotAllowedError" && !/system/i.test(message);
    if (isRefusal || name === "AbortError") return null;
    throw new MediaError("The screen could not be shared", screenStep(name));
  }
}

/** @param {string} name of an error */
function screenStep(name) {
  return name === "NotAllowedError" ? "Allow the browser to record the screen in the settings of your system."
    : "Try again, or choose a window or a tab.";
}

/** Our screen in the call: at most one, until we or the browser's own button end it. */
export class ScreenSharing {
  #devices;
  #onChange;
  /** @type {MediaStream | null} */
  #stream = null;
  #opening = false;
  #closed = false;

  /**
   * @param {ScreenDevices} devices
   * @param {(stream: MediaStream | null) => void} onChange
   */
  constructor(devices, onChange) {
    this.#devices = devices;
    this.#onChange = onChange;
  }

  get active() {
    return this.#stream !== null;
  }

  /** Asks the person what to share; throws a MediaError where the browser cannot. */
  async start() {
    if (this.#stream || this.#opening) return;
    this.#opening = true;
    try {
      const stream = await openScreen(this.#devices);
      if (stream) this.#show(stream);
    } finally {
      this.#opening = false;
    }
  }

  stop() {
    const stream = this.#stream;
    if (!stream) return;
    this.#stream = null;
    stopTracks(stream);
    this.#onChange(null);
  }

  /** For good: what the person chooses from now on is let go at once. */
  close() {
    this.#closed = true;
    this.stop();
  }

  /** @param {MediaStream} stream */
  #show(stream) {
    if (this.#closed) return stopTracks(stream);
    this.#stream = stream;
    // Not heard for our own stop(): this is the browser's button, or a window that was closed.
    for (const track of stream.getVideoTracks()) track.onended = () => stream === this.#stream && this.stop();
    this.#onChange(stream);
  }
}

/** @param {MediaStream} stream */
function stopTracks(stream) {
  for (const track of stream.getTracks()) track.stop();
}
