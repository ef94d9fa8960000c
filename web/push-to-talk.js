// SPDX-License-Identifier: Apache-2.0

/** Speaking only while a key is held. */
export class PushToTalk {
  #setMuted;
  #enabled = false;
  #held = false;

  /** @param {(muted: boolean) => void} setMuted */
  constructor(setMuted) {
    this.#setMuted = setMuted;
  }

  get enabled() {
    return this.#enabled;
  }

  get held() {
    return this.#held;
  }

  /** @param {boolean} enabled from then on muted until the key is held; turned off, muted until the person unmutes */
  enable(enabled) {
    if (enabled === this.#enabled) return;
    this.#enabled = enabled;
    this.#held = false;
    this.#setMuted(true);
  }

  /** @returns {boolean} whether the key is ours */
  press() {
    if (!this.#enabled) return false;
    if (!this.#held) {
      this.#held = true;
      this.#setMuted(false);
    }
    return true;
  }

  /** Also when the page loses the keyboard: nobody may be heard without holding the key. */
  release() {
    if (!this.#held) return false;
    this.#held = false;
    this.#setMuted(true);
    return true;
  }
}
