// SPDX-License-Identifier: Apache-2.0

import { loudness } from "./speech.js";

/** Listens to a microphone beside the call, also while it is muted there. */
export class MicrophoneLevel {
  #track;
  #context = new AudioContext();
  #analyser = this.#context.createAnalyser();
  #samples;

  /** @param {MediaStreamTrack} track stays as it is: what listens is a copy */
  constructor(track) {
    this.#track = track.clone();
    this.#track.enabled = true;
    // 170 ms: longer than most pauses between two looks, so that hardly a sound is missed.
    this.#analyser.fftSize = 8192;
    this.#samples = new Float32Array(this.#analyser.fftSize);
    this.#context.createMediaStreamSource(new MediaStream([this.#track])).connect(this.#analyser);
    // Before a click browsers keep it silent; a meter that shows nothing is no reason to fail.
    this.#context.resume().catch(() => {});
  }

  /** 0 to 1. */
  get level() {
    this.#analyser.getFloatTimeDomainData(this.#samples);
    return loudness(this.#samples);
  }

  close() {
    this.#track.stop();
    void this.#context.close();
  }
}
