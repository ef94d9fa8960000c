// SPDX-License-Identifier: Apache-2.0

const MESSAGES = new Map([
  ["NotAllowedError", "Camera/mic permission required to join"],
  ["NotFoundError", "No camera or microphone found"],
  ["NotReadableError", "Camera/mic in use by another app"],
]);

const GENERIC_MESSAGE = "Camera and microphone could not be started";
const UNSUPPORTED_MESSAGE = "This browser gives no access to camera and microphone on this page";

/** Why there is no camera or microphone, in words for the person who wanted to join. */
export class MediaError extends Error {}

/**
 * Camera and microphone together; a call with only one of them is not offered.
 *
 * @param {Pick<MediaDevices, "getUserMedia"> | undefined} devices absent outside a secure context
 */
export async function openMedia(devices) {
  if (!devices) throw new MediaError(UNSUPPORTED_MESSAGE);
  try {
    return await devices.getUserMedia({ audio: true, video: { facingMode: "user" } });
  } catch (error) {
    throw new MediaError(mediaErrorMessage(error));
  }
}

/**
 * @param {unknown} error what getUserMedia rejected with
 */
export function mediaErrorMessage(error) {
  const name = error instanceof Error ? error.name : "";
  return MESSAGES.get(name) ?? GENERIC_MESSAGE;
}

/**
 * @param {MediaStream} stream
 * @param {"audio" | "video"} kind
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
 */
export function releaseMedia(stream) {
  for (const track of stream.getTracks()) track.stop();
}
