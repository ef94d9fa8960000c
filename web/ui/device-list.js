// SPDX-License-Identifier: Apache-2.0

import { MicrophoneLevel } from "../microphone-level.js";
import { playTestSound } from "../test-sound.js";

/** Ordinary speech fills about two thirds of the meter. */
const METER_GAIN = 5;
const METER_INTERVAL = 80;

/**
 * @param {HTMLSelectElement} select
 * @param {MediaDeviceInfo[]} devices
 * @param {string} chosen
 * @param {string} noun for those whose names the browser does not tell before permission
 */
export function fill(select, devices, chosen, noun) {
  const known = devices.filter(({ deviceId }) => deviceId !== "" && deviceId !== "default");
  const options = known.map(({ deviceId, label }, index) => new Option(label || `${noun} ${index + 1}`, deviceId));
  select.replaceChildren(new Option("Default", ""), ...options);
  select.value = known.some(({ deviceId }) => deviceId === chosen) ? chosen : "";
  select.disabled = options.length === 0;
}

/** Shows how loud a microphone is. */
export class LevelMeter {
  #meter;
  /** @type {MicrophoneLevel | null} */
  #level = null;
  #timer = 0;

  /** @param {HTMLElement} meter */
  constructor(meter) {
    this.#meter = meter;
  }

  /** @param {MediaStreamTrack | undefined} track nothing is heard without it */
  listen(track) {
    this.#level?.close();
    this.#level = track ? new MicrophoneLevel(track) : null;
    clearInterval(this.#timer);
    this.#show(0);
    if (this.#level) this.#timer = setInterval(() => this.#show(this.#level?.level ?? 0), METER_INTERVAL);
  }

  /** @param {number} level from 0 to 1 */
  #show(level) {
    // The ear hears ratios; a straight scale would hardly move for a soft voice.
    const shown = Math.min(1, Math.sqrt(level * METER_GAIN));
    this.#meter.style.setProperty("--level", shown.toFixed(2));
    this.#meter.setAttribute("aria-valuenow", String(Math.round(shown * 10) * 10));
  }
}

/**
 * @param {HTMLButtonElement} button that asked for it
 * @param {HTMLElement} result says how it went
 * @param {string} speaker a device id, "" for the browser's choice
 */
export async function tryOut(button, result, speaker) {
  button.disabled = true;
  result.textContent = "Playing…";
  const isPlayed = await playTestSound(speaker).then(() => true, () => false);
  result.textContent = isPlayed ? "Nothing heard? Turn up the volume, or choose another speaker."
    : "The sound could not be played. Choose another speaker.";
  button.disabled = false;
}
