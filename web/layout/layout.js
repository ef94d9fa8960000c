// SPDX-License-Identifier: Apache-2.0

/** @typedef {"grid" | "speaker"} LayoutMode */

/** Which picture is the large one: pinned, a shared screen, or who speaks. Knows keys, not elements. */
export class Layout {
  /** @type {LayoutMode} */
  #mode = "grid";
  /** In the order they came; true for a screen. @type {Map<string, boolean>} */
  #pictures = new Map();
  /** @type {Set<string>} */
  #speaking = new Set();
  /** Who spoke last. */
  #speaker = /** @type {string | null} */ (null);
  #pinned = /** @type {string | null} */ (null);
  /** Whether a person pinned it, not a screen itself by its beginning. */
  #isByHand = false;

  get mode() {
    return this.#mode;
  }

  get pinned() {
    return this.#pinned;
  }

  /** In reading order: screens first. */
  get keys() {
    return [...this.#screens(), ...this.#people()];
  }

  /** @returns {string | null} */
  get main() {
    if (this.#pictures.size < 2) return null;
    if (this.#pinned !== null || this.#mode === "grid") return this.#pinned;
    return this.#screens().at(-1) ?? this.#speaker ?? this.#people()[0] ?? null;
  }

  /**
   * @param {string} key
   * @param {{ isScreen: boolean }} what a screen becomes the large picture at once, unless a person chose another
   */
  add(key, { isScreen }) {
    this.#pictures.set(key, isScreen);
    if (isScreen && !this.#isByHand) this.#pinned = key;
  }

  /** @param {string} key */
  remove(key) {
    this.#pictures.delete(key);
    this.#speaking.delete(key);
    if (this.#speaker === key) this.#speaker = this.#lastSpeaking();
    if (this.#pinned !== key) return;
    this.#pinned = this.#screens().at(-1) ?? null;
    this.#isByHand = false;
  }

  /**
   * Who interrupts does not take the place of who still speaks: pictures would jump.
   *
   * @param {string} key
   * @param {boolean} speaking
   */
  setSpeaking(key, speaking) {
    if (!this.#pictures.has(key)) return;
    if (speaking) this.#speaking.add(key);
    else this.#speaking.delete(key);
    const isStillSpeaking = this.#speaker !== null && this.#speaking.has(this.#speaker);
    if (!isStillSpeaking) this.#speaker = this.#lastSpeaking() ?? this.#speaker;
  }

  /** @param {string} key */
  togglePin(key) {
    // With one picture it would show only when others come, who may be whom the person waits for.
    if (!this.#pictures.has(key) || this.#pictures.size < 2) return;
    this.#isByHand = this.#pinned !== key;
    this.#pinned = this.#isByHand ? key : null;
  }

  /** @param {LayoutMode} mode takes the place of what is pinned */
  choose(mode) {
    this.#mode = mode;
    this.#pinned = null;
    this.#isByHand = false;
  }

  #lastSpeaking() {
    return [...this.#speaking].at(-1) ?? null;
  }

  #screens() {
    return [...this.#pictures].filter(([, isScreen]) => isScreen).map(([key]) => key);
  }

  #people() {
    return [...this.#pictures].filter(([, isScreen]) => !isScreen).map(([key]) => key);
  }
}
