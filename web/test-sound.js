// SPDX-License-Identifier: Apache-2.0

/** C, E, G: a sound that nobody takes for a fault. */
const NOTES = [523.25, 659.25, 783.99];
const NOTE_SECONDS = 0.28;
const LOUDNESS = 0.25;

/**
 * Plays three notes.
 *
 * @param {string} speaker a device id, "" for the browser's choice
 * @returns {Promise<void>} when they have been played
 */
export async function playTestSound(speaker) {
  const context = new AudioContext();
  try {
    const output = context.createMediaStreamDestination();
    const start = context.currentTime;
    NOTES.forEach((frequency, index) => playNote(context, output, frequency, start + index * NOTE_SECONDS));
    const player = new Audio();
    player.srcObject = output.stream;
    await chooseSpeaker(player, speaker);
    await player.play();
    await new Promise((resolve) => setTimeout(resolve, (NOTES.length + 1) * NOTE_SECONDS * 1000));
    player.srcObject = null;
  } finally {
    await context.close();
  }
}

/**
 * @param {AudioContext} context
 * @param {AudioNode} output
 * @param {number} frequency
 * @param {number} start
 */
function playNote(context, output, frequency, start) {
  const note = new OscillatorNode(context, { type: "triangle", frequency });
  const volume = new GainNode(context, { gain: 0 });
  volume.gain.setTargetAtTime(LOUDNESS, start, 0.01);
  volume.gain.setTargetAtTime(0, start + 0.1, 0.09);
  note.connect(volume).connect(output);
  note.start(start);
  note.stop(start + 2 * NOTE_SECONDS);
}

/** @typedef {{ setSinkId?: (id: string) => Promise<void> }} WithSpeaker */

/** Whether this browser lets a page choose where its sound goes. */
export const canChooseSpeaker = "setSinkId" in HTMLMediaElement.prototype;

/**
 * A speaker that is gone is replaced by the browser's choice.
 *
 * @param {HTMLMediaElement} player
 * @param {string} speaker
 */
export async function chooseSpeaker(player, speaker) {
  try {
    await /** @type {WithSpeaker} */ (/** @type {unknown} */ (player)).setSinkId?.(speaker);
  } catch {
    // As above.
  }
}
