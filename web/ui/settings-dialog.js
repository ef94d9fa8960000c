// SPDX-License-Identifier: Apache-2.0

import { canChooseSpeaker } from "../test-sound.js";
import { fill, LevelMeter, tryOut } from "./device-list.js";
import { element } from "./elements.js";
import { Modal } from "./modal.js";

/** @typedef {"camera" | "microphone" | "speaker"} Which */

/**
 * @typedef {object} DeviceActions
 * @property {(which: Which, id: string) => Promise<string>} chooseDevice yields "", or why it did not work
 * @property {() => Record<Which, string>} devices the ids of those in use, "" for the browser's choice
 * @property {() => MediaStreamTrack | undefined} microphone
 */

const KINDS = /** @type {const} */ ({ camera: "videoinput", microphone: "audioinput", speaker: "audiooutput" });
const NOUNS = { camera: "Camera", microphone: "Microphone", speaker: "Speaker" };
const WHICH = /** @type {const} */ (["camera", "microphone", "speaker"]);

/** Other devices while the call goes on. */
export class SettingsDialog {
  #modal;
  #actions;
  #selects = {
    camera: element("call-camera", HTMLSelectElement),
    microphone: element("call-microphone", HTMLSelectElement),
    speaker: element("call-speaker", HTMLSelectElement),
  };
  #meter = new LevelMeter(element("call-level", HTMLElement));
  #sound = element("call-test-sound", HTMLButtonElement);
  #soundResult = element("call-test-sound-result", HTMLElement);
  #problem = element("settings-problem", HTMLElement);

  /**
   * @param {DeviceActions} actions
   * @param {AbortSignal} signal
   */
  constructor(actions, signal) {
    this.#actions = actions;
    this.#modal = new Modal("settings", () => this.#meter.listen(undefined), signal);
    element("call-speaker-field", HTMLElement).hidden = !canChooseSpeaker;
    for (const which of WHICH) {
      this.#selects[which].addEventListener("change", () => void this.#choose(which), { signal });
    }
    this.#sound.addEventListener("click", () => {
      void tryOut(this.#sound, this.#soundResult, actions.devices().speaker);
    }, { signal });
    navigator.mediaDevices?.addEventListener("devicechange", () => void this.update(), { signal });
  }

  async open() {
    this.#problem.textContent = this.#soundResult.textContent = "";
    this.#modal.open();
    await this.update();
  }

  /** Devices may have come or gone, or be exchanged. */
  async update() {
    if (!this.#modal.isOpen) return;
    this.#meter.listen(this.#actions.microphone());
    const all = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    const used = this.#actions.devices();
    for (const which of WHICH) {
      fill(this.#selects[which], all.filter(({ kind }) => kind === KINDS[which]), used[which], NOUNS[which]);
    }
  }

  /** @param {Which} which */
  async #choose(which) {
    this.#problem.textContent = await this.#actions.chooseDevice(which, this.#selects[which].value);
    await this.update();
  }
}
