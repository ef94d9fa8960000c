// SPDX-License-Identifier: Apache-2.0

/**
 * @typedef {{ release(): Promise<void> }} Sentinel
 * @typedef {{ wakeLock?: { request(type: "screen"): Promise<Sentinel> } }} WithWakeLock
 */

/** Keeps the screen on during a call, where the browser offers that. */
export class WakeLock {
  /** @type {Sentinel | null} */
  #lock = null;
  #wanted = false;

  /** @param {AbortSignal} signal */
  constructor(signal) {
    // The browser drops the lock of a hidden page.
    document.addEventListener("visibilitychange", () => void this.#acquire(), { signal });
  }

  hold() {
    this.#wanted = true;
    void this.#acquire();
  }

  release() {
    this.#wanted = false;
    void this.#lock?.release();
    this.#lock = null;
  }

  async #acquire() {
    if (!this.#wanted || document.visibilityState !== "visible") return;
    try {
      const { wakeLock } = /** @type {WithWakeLock} */ (navigator);
      const lock = await wakeLock?.request("screen");
      // The call may have ended while the browser was thinking.
      if (this.#wanted) this.#lock = lock ?? null;
      else void lock?.release();
    } catch {
      // Low battery, for one, is a reason to refuse; the call works without.
    }
  }
}
