// SPDX-License-Identifier: Apache-2.0

/** Time that passes only when a test says so. */
export class FakeClock {
  time = 0;
  #timers = new Map();
  #nextId = 1;

  setTimeout(action, milliseconds) {
    this.#timers.set(this.#nextId, { at: this.time + milliseconds, action });
    return this.#nextId++;
  }

  clearTimeout(id) {
    this.#timers.delete(id);
  }

  now() {
    return this.time;
  }

  get pending() {
    return this.#timers.size;
  }

  /** Fires what is due in order; promises settle between two timers. */
  async advance(milliseconds) {
    const end = this.time + milliseconds;
    for (;;) {
      const due = [...this.#timers].filter(([, timer]) => timer.at <= end).sort(([, a], [, b]) => a.at - b.at)[0];
      if (!due) break;
      this.#timers.delete(due[0]);
      // Behind when a machine slept.
      this.time = Math.max(this.time, due[1].at);
      due[1].action();
      await settle();
    }
    this.time = end;
    await settle();
  }
}

/** Lets every promise that can make progress do so. */
export function settle() {
  return new Promise((resolve) => setImmediate(resolve));
}
