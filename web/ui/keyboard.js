// SPDX-License-Identifier: Apache-2.0

import { shortcutFor } from "../shortcuts.js";

const FIELDS = "input, textarea, select, [contenteditable]";
const CONTROLS = "button, a[href], summary, [role='log']";

/**
 * @typedef {object} KeyboardOptions
 * @property {(action: import("../shortcuts.js").ShortcutAction) => void} act
 * @property {() => boolean} usesShortcuts
 * @property {Pick<import("../push-to-talk.js").PushToTalk, "press" | "release">} talk
 */

/** Single keys during a call. Whoever types, or reads a dialog, has the keyboard for that. */
export class Keyboard {
  #options;
  /** Whether the focus is where it is by keyboard, so that the space bar is expected to press what has it. */
  #movedByKey = false;

  /**
   * @param {KeyboardOptions} options
   * @param {AbortSignal} signal
   */
  constructor(options, signal) {
    this.#options = options;
    document.addEventListener("keydown", (event) => this.#keyDown(event), { signal });
    document.addEventListener("keyup", (event) => this.#keyUp(event), { signal });
    document.addEventListener("pointerdown", () => (this.#movedByKey = false), { signal });
    // The key may come up where we do not hear it.
    addEventListener("blur", () => options.talk.release(), { signal });
    document.addEventListener("visibilitychange", () => options.talk.release(), { signal });
  }

  /** @param {KeyboardEvent} event */
  #keyDown(event) {
    if (event.key === "Tab") this.#movedByKey = true;
    const { target } = event;
    const isTaken = target instanceof Element && target.closest(FIELDS) !== null;
    if (event.defaultPrevented || event.isComposing || isTaken || document.querySelector("dialog[open]")) return;
    if (event.code === "Space") return this.#spaceDown(event);
    const action = this.#options.usesShortcuts() && shortcutFor(event);
    if (!action) return;
    event.preventDefault();
    this.#options.act(action);
  }

  /** @param {KeyboardEvent} event */
  #spaceDown(event) {
    const { target } = event;
    const isControl = target instanceof Element && target.closest(CONTROLS) !== null;
    if (isControl && this.#movedByKey) return;
    // Else a button that was clicked before would be pressed again.
    if (this.#options.talk.press()) event.preventDefault();
  }

  /** @param {KeyboardEvent} event */
  #keyUp(event) {
    if (event.code === "Space" && this.#options.talk.release()) event.preventDefault();
  }
}
