// SPDX-License-Identifier: Apache-2.0

import { element } from "./elements.js";
import { canFillScreen, isFullScreen, toggleFullScreen } from "./full-screen.js";

/** @typedef {import("../layout/layout.js").LayoutMode} LayoutMode */

/**
 * @typedef {object} MoreActions
 * @property {(mode: LayoutMode) => void} chooseLayout
 * @property {() => void} share
 * @property {(enabled: boolean) => void} pushToTalk
 * @property {() => void} openSettings
 * @property {() => void} openHelp
 * @property {() => void} openPath
 */

/** What is not needed all the time, above its button. */
export class MoreMenu {
  #menu = element("more", HTMLElement);
  #opener = element("open-more", HTMLButtonElement);
  #modes = {
    grid: element("layout-grid", HTMLButtonElement),
    speaker: element("layout-speaker", HTMLButtonElement),
  };
  #share = element("more-share", HTMLButtonElement);
  #shareLabel = element("more-share-label", HTMLElement);
  #fullScreen = element("full-screen", HTMLButtonElement);
  #talk = element("push-to-talk", HTMLButtonElement);

  /**
   * @param {MoreActions} actions
   * @param {AbortSignal} signal
   */
  constructor(actions, signal) {
    this.#opener.addEventListener("click", () => this.#toggle(this.#menu.hidden), { signal });
    this.#on(this.#modes.grid, () => actions.chooseLayout("grid"), signal);
    this.#on(this.#modes.speaker, () => actions.chooseLayout("speaker"), signal);
    this.#on(this.#share, actions.share, signal);
    this.#on(this.#fullScreen, () => void toggleFullScreen(), signal);
    this.#on(element("open-settings", HTMLButtonElement), actions.openSettings, signal);
    this.#on(element("open-help", HTMLButtonElement), actions.openHelp, signal);
    this.#on(element("open-path", HTMLButtonElement), actions.openPath, signal);
    this.#talk.addEventListener("click", () => {
      actions.pushToTalk(this.#talk.getAttribute("aria-checked") !== "true");
    }, { signal });
    this.#fullScreen.hidden = !canFillScreen();
    this.#closeOutside(signal);
    document.addEventListener("fullscreenchange", () => press(this.#fullScreen, isFullScreen()), { signal });
    signal.addEventListener("abort", () => {
      this.#toggle(false);
      // The page before a call has no button for that.
      if (isFullScreen()) void toggleFullScreen();
    });
  }

  /**
   * @param {LayoutMode} mode
   * @param {boolean} isPinned neither is what is seen
   */
  showLayout(mode, isPinned) {
    press(this.#modes.grid, mode === "grid" && !isPinned);
    press(this.#modes.speaker, mode === "speaker" && !isPinned);
  }

  /** @param {boolean} can */
  offerShare(can) {
    this.#share.hidden = !can;
  }

  /** @param {boolean} sharing */
  showSharing(sharing) {
    this.#shareLabel.textContent = sharing ? "Stop sharing" : "Share screen";
  }

  /** @param {boolean} enabled */
  showPushToTalk(enabled) {
    this.#talk.setAttribute("aria-checked", String(enabled));
  }

  /** @param {boolean} open */
  #toggle(open) {
    this.#menu.hidden = !open;
    this.#opener.setAttribute("aria-expanded", String(open));
  }

  /**
   * The menu closes first: what opens next gives the focus back to its button, which is still there.
   *
   * @param {HTMLButtonElement} button
   * @param {() => void} act
   * @param {AbortSignal} signal
   */
  #on(button, act, signal) {
    button.addEventListener("click", () => {
      this.#toggle(false);
      this.#opener.focus();
      act();
    }, { signal });
  }

  /** @param {AbortSignal} signal */
  #closeOutside(signal) {
    document.addEventListener("pointerdown", ({ target }) => {
      const isInside = target instanceof Element && target.closest("#more, #open-more");
      if (!isInside) this.#toggle(false);
    }, { signal });
    for (const part of [this.#menu, this.#opener]) {
      part.addEventListener("keydown", ({ key }) => {
        if (key !== "Escape" || this.#menu.hidden) return;
        this.#toggle(false);
        this.#opener.focus();
      }, { signal });
    }
  }
}

/**
 * @param {HTMLButtonElement} button
 * @param {boolean} pressed
 */
function press(button, pressed) {
  button.setAttribute("aria-pressed", String(pressed));
}
