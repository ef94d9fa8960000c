// SPDX-License-Identifier: Apache-2.0

import { MicrophoneLevel } from "./microphone-level.js";
import { Speech } from "./speech.js";

/** Often enough to follow words. */
const INTERVAL = 200;
/** A cough is shorter. */
const MUTED_SPEECH = 700;
/** Said again after this at the earliest. */
const REMINDER_PAUSE = 20_000;
/** The name under which `onSpeaking` tells of ourselves. */
export const SELF = "";

/**
 * @typedef {object} VoiceWatchOptions
 * @property {() => Map<string, number>} levels of the others, by id
 * @property {() => boolean} isMuted
 * @property {(id: string, speaking: boolean) => void} onSpeaking
 * @property {() => void} onMutedSpeech we speak, and nobody hears it
 */

/** Sees who speaks, ourselves included. */
export class VoiceWatch {
  #options;
  /** @type {MicrophoneLevel | null} */
  #microphone = null;
  #own = new Speech();
  /** @type {Map<string, { speech: Speech, speaking: boolean }>} */
  #others = new Map();
  #ownSpeaking = false;
  #reminded = -Infinity;
  #timer;

  /** @param {VoiceWatchOptions} options */
  constructor(options) {
    this.#options = options;
    this.#timer = setInterval(() => this.#look(performance.now()), INTERVAL);
  }

  /** @param {MediaStreamTrack | undefined} track our microphone */
  listen(track) {
    this.#microphone?.close();
    this.#microphone = track ? new MicrophoneLevel(track) : null;
  }

  close() {
    clearInterval(this.#timer);
    this.listen(undefined);
  }

  /** @param {number} now */
  #look(now) {
    this.#lookAtSelf(now);
    const levels = this.#options.levels();
    for (const id of this.#others.keys()) if (!levels.has(id)) this.#others.delete(id);
    for (const [id, level] of levels) {
      const other = this.#others.get(id) ?? { speech: new Speech(), speaking: false };
      this.#others.set(id, other);
      const speaking = other.speech.update(level, now);
      if (speaking !== other.speaking) this.#options.onSpeaking(id, speaking);
      other.speaking = speaking;
    }
  }

  /** @param {number} now */
  #lookAtSelf(now) {
    const speaks = this.#own.update(this.#microphone?.level ?? 0, now);
    const heard = speaks && !this.#options.isMuted();
    if (heard !== this.#ownSpeaking) this.#options.onSpeaking(SELF, heard);
    this.#ownSpeaking = heard;
    if (!speaks || heard || this.#own.duration(now) < MUTED_SPEECH || now - this.#reminded < REMINDER_PAUSE) return;
    this.#reminded = now;
    this.#options.onMutedSpeech();
  }
}
