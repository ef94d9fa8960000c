// SPDX-License-Identifier: Apache-2.0

/**
 * @typedef {"host" | "signaling" | "relay" | "echo" | "speed" | "devices"} StepId
 * @typedef {"waiting" | "running" | "passed" | "warning" | "failed" | "skipped"} StepState
 *
 * @typedef {object} Outcome What came of a step, in words for the person.
 * @property {"passed" | "warning" | "failed"} state
 * @property {string} text what was found
 * @property {string} [advice] what to do next
 * @property {string} [headline] what is wrong, in one line
 * @property {string[]} [details] technical lines for the report
 *
 * @typedef {object} Step
 * @property {StepId} id
 * @property {string} title
 * @property {string} about what it does
 * @property {StepId} [needs] without which this one makes no sense
 * @property {boolean} [onRequest] runs only when it is asked for
 * @property {() => Promise<Outcome>} run
 *
 * @typedef {object} Entry A step and where it stands.
 * @property {StepId} id
 * @property {string} title
 * @property {string} about
 * @property {boolean} onRequest
 * @property {StepState} state
 * @property {string} text
 * @property {string} advice
 * @property {string} headline
 * @property {string[]} details
 */

/** Runs one step after the other, and none whose ground is missing. Knows neither the page nor the network. */
export class Doctor {
  #steps;
  #onChange;
  /** @type {Map<StepId, Entry>} */
  #entries;
  #running = false;

  /**
   * @param {Step[]} steps each after the one it needs
   * @param {(entry: Entry) => void} onChange
   */
  constructor(steps, onChange) {
    this.#steps = steps;
    this.#onChange = onChange;
    this.#entries = new Map(steps.map((step) => [step.id, waiting(step)]));
  }

  /** Whether the steps are under way that run by themselves. */
  get running() {
    return this.#running;
  }

  /** In their order. */
  get entries() {
    return [...this.#entries.values()];
  }

  /** Everything but what runs on request. */
  run() {
    return this.#runAll(this.#steps.filter(({ onRequest }) => !onRequest));
  }

  /**
   * One step again, and what was built on it. What runs on request has no part in the others and waits for none.
   *
   * @param {StepId} id
   */
  async runFrom(id) {
    const [first] = this.#steps.filter((step) => step.id === id);
    if (first.onRequest) return this.#entry(id).state === "running" ? undefined : this.#runOne(first);
    const again = new Set([id]);
    for (const { id: later, needs } of this.#steps) if (needs && again.has(needs)) again.add(later);
    return this.#runAll(this.#steps.filter((step) => again.has(step.id)));
  }

  /** @param {Step[]} steps */
  async #runAll(steps) {
    if (this.#running) return;
    this.#running = true;
    for (const step of steps) this.#show(step, waiting(step));
    try {
      for (const step of steps) await this.#runOne(step);
    } finally {
      this.#running = false;
    }
    // Once more, for whoever asks whether all is done.
    this.#onChange(this.#entry(steps[steps.length - 1].id));
  }

  /** @param {Step} step */
  async #runOne(step) {
    const ground = step.needs && this.#entry(step.needs);
    if (ground && (ground.state === "failed" || ground.state === "skipped")) {
      const text = `Not tried: “${this.#cause(ground).title}” must work first.`;
      return this.#show(step, { state: "skipped", text });
    }
    this.#show(step, { state: "running" });
    this.#show(step, await outcome(step));
  }

  /**
   * What failed, at the root of what was skipped.
   *
   * @param {Entry} entry
   * @returns {Entry}
   */
  #cause(entry) {
    const needs = this.#steps.find(({ id }) => id === entry.id)?.needs;
    return entry.state === "skipped" && needs ? this.#cause(this.#entry(needs)) : entry;
  }

  /**
   * @param {Step} step
   * @param {Partial<Entry>} change
   */
  #show(step, change) {
    const entry = { ...waiting(step), ...change };
    this.#entries.set(step.id, entry);
    this.#onChange(entry);
  }

  /** @param {StepId} id */
  #entry(id) {
    return /** @type {Entry} */ (this.#entries.get(id));
  }
}

/**
 * @param {Step} step
 * @returns {Entry}
 */
function waiting({ id, title, about, onRequest = false }) {
  return { id, title, about, onRequest, state: "waiting", text: "", advice: "", headline: "", details: [] };
}

/**
 * @param {Step} step
 * @returns {Promise<Outcome>}
 */
async function outcome(step) {
  try {
    return await step.run();
  } catch (error) {
    // A mistake of ours, or a browser that lacks something: the other steps may still tell something.
    const text = `This browser could not carry it out (${error instanceof Error ? error.name : "unknown"}).`;
    return { state: "failed", text, headline: "it could not be checked" };
  }
}
