// SPDX-License-Identifier: Apache-2.0

/**
 * What to open: false for not at all, else the id of a device, or "" for the browser's choice.
 * @typedef {{ audio: string | false, video: string | false }} Wanted
 *
 * @typedef {"audio" | "video"} Kind
 */

/** @type {Map<string, [text: string, step: string]>} */
const MESSAGES = new Map([
  [
    "NotAllowedError",
    [
      "Camera/mic permission required to join",
      "Allow them beside the address of this page and try again, or join without.",
    ],
  ],
  ["NotFoundError", ["No camera or microphone found", "Connect one and try again, or join without."]],
  ["NotReadableError", ["Camera/mic in use by another app", "Close the other app and try again, or join without."]],
]);

const GENERIC_MESSAGE = "Camera and microphone could not be started";
const GENERIC_STEP = "Try again, choose another device, or join without.";
const UNSUPPORTED_MESSAGE = "This browser gives no access to camera and microphone on this page";
const UNSUPPORTED_STEP = "Open the page with https:// in a current browser, or join without.";

/** Why there is no camera or microphone, in words for the person who wanted to join, and what to do about it. */
export class MediaError extends Error {
  /**
   * @param {string} message
   * @param {string} step
   * @param {string} [reason] the browser's name for it
   */
  constructor(message, step, reason = "") {
    super(message);
    this.step = step;
    this.reason = reason;
  }
}

/**
 * Opens what is wanted with one question to the person. Of two kinds, one that this machine does not have is left out.
 *
 * @param {Pick<MediaDevices, "getUserMedia"> | undefined} devices absent outside a secure context
 * @param {Wanted} wanted at least one of them
 */
export async function openMedia(devices, wanted) {
  if (!devices) throw new MediaError(UNSUPPORTED_MESSAGE, UNSUPPORTED_STEP);
  try {
    return await requestMedia(devices, wanted);
  } catch (error) {
    const isMissing = error instanceof Error && error.name === "NotFoundError";
    if (isMissing && wanted.audio !== false && wanted.video !== false) return openEither(devices, wanted, error);
    throw mediaError(error);
  }
}

/**
 * @param {Pick<MediaDevices, "getUserMedia">} devices
 * @param {Wanted} wanted
 * @param {unknown} reason
 */
async function openEither(devices, wanted, reason) {
  /** @type {Wanted[]} */
  const parts = [{ ...wanted, video: false }, { ...wanted, audio: false }];
  for (const part of parts) {
    try {
      return await requestMedia(devices, part);
    } catch {
      // The first reason is the one to tell.
    }
  }
  throw mediaError(reason);
}

/**
 * What was chosen, exactly: of a mere wish browsers may think otherwise. But a device that is gone since then must not
 * keep anybody out.
 *
 * @param {Pick<MediaDevices, "getUserMedia">} devices
 * @param {Wanted} wanted
 */
async function requestMedia(devices, wanted) {
  try {
    return await devices.getUserMedia(constraints(wanted, (id) => ({ exact: id })));
  } catch (error) {
    // Not an Error in every browser.
    if (Object(error).name !== "OverconstrainedError") throw error;
    return devices.getUserMedia(constraints(wanted, (id) => id));
  }
}

/**
 * @param {Wanted} wanted
 * @param {(id: string) => ConstrainDOMString} chosen
 * @returns {MediaStreamConstraints}
 */
function constraints({ audio, video }, chosen) {
  return {
    audio: audio === false ? false : audio === "" || { deviceId: chosen(audio) },
    video: video === false ? false : video === "" ? { facingMode: "user" } : { deviceId: chosen(video) },
  };
}

/** @param {unknown} error what getUserMedia rejected with */
export function mediaError(error) {
  const reason = error instanceof Error ? error.name : "";
  const [text, step] = MESSAGES.get(reason) ?? [GENERIC_MESSAGE, GENERIC_STEP];
  return new MediaError(text, step, reason);
}

/**
 * @param {MediaStream} stream
 * @param {Kind} kind
 */
export function liveTrack(stream, kind) {
  return stream.getTracks().find((track) => track.kind === kind && track.readyState === "live");
}

/**
 * @param {MediaStream} stream
 * @param {Kind} kind
 * @param {boolean} muted
 */
export function setMuted(stream, kind, muted) {
  const tracks = kind === "audio" ? stream.getAudioTracks() : stream.getVideoTracks();
  for (const track of tracks) track.enabled = !muted;
}

/**
 * Gives the devices back: without this the camera light stays on.
 *
 * @param {MediaStream} stream
 * @param {Kind} [kind] all without it
 */
export function releaseMedia(stream, kind) {
  for (const track of stream.getTracks()) {
    if (kind && track.kind !== kind) continue;
    track.stop();
    if (kind) stream.removeTrack(track);
  }
}
