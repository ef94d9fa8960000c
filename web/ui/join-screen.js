// SPDX-License-Identifier: Apache-2.0

import { isDefaultRoom, oneLine } from "../rooms.js";
import { element } from "./elements.js";

/** @typedef {import("../preferences.js").Preferences} Preferences */

/**
 * @typedef {object} Notice Why we are here, if it was not the person's own choice, and what to do about it.
 * @property {string} text
 * @property {string} [step]
 * @property {"none" | "join-without" | "knock"} [offer] another way in
 *
 * @typedef {object} JoinActions
 * @property {() => void} join
 * @property {() => void} joinWithout without camera and microphone
 * @property {() => void} knock
 * @property {(open: boolean) => void} check camera and sound
 * @property {() => void} changed a preference has changed
 */

const HINTS = {
  both: "Your browser will ask for camera and microphone.",
  audio: "You join without a picture. Your browser will ask for the microphone.",
  video: "You join muted. Your browser will ask for the camera.",
  none: "You join without camera and microphone. You can turn them on later.",
};

/** Everything before a call: one button to join, and what to join with. */
export class JoinScreen {
  #screen = element("join-screen", HTMLElement);
  #join = element("join", HTMLButtonElement);
  #check = element("check", HTMLButtonElement);
  #name = element("name", HTMLInputElement);
  #pinField = element("pin-field", HTMLElement);
  #pin = element("pin", HTMLInputElement);
  #notice = element("notice", HTMLElement);
  #step = element("notice-step", HTMLElement);
  #without = element("join-without", HTMLButtonElement);
  #knock = element("knock", HTMLButtonElement);
  #hint = element("hint", HTMLElement);
  #preferences;
  #actions;

  /**
   * @param {string} room
   * @param {Preferences} preferences changed by what the person chooses
   * @param {JoinActions} actions
   */
  constructor(room, preferences, actions) {
    this.#preferences = preferences;
    this.#actions = actions;
    element("room", HTMLElement).hidden = isDefaultRoom(room);
    element("room-name", HTMLElement).textContent = room;
    this.#join.addEventListener("click", actions.join);
    this.#without.addEventListener("click", actions.joinWithout);
    this.#knock.addEventListener("click", actions.knock);
    this.#check.addEventListener("click", () => this.#toggleCheck());
    this.#setUpName();
    this.#setUpPIN();
    this.#setUpSwitch("with-audio", "audio");
    this.#setUpSwitch("with-video", "video");
    this.#showHint();
  }

  /** "" when none was given. */
  get pin() {
    return this.#pin.value.trim();
  }

  /** While the browser asks for devices; a second click must not ask again. */
  showJoining() {
    this.notify({ text: "" });
    this.#setBusy(true);
  }

  /** @param {Notice} [notice] */
  show(notice = { text: "" }) {
    const wasHidden = this.#screen.hidden;
    this.#screen.hidden = false;
    this.#setBusy(false);
    this.notify(notice);
    if (!this.#pinField.hidden && notice.offer === "knock") this.#pin.focus();
    else if (wasHidden) this.#join.focus();
    if (notice.text) this.#notice.parentElement?.scrollIntoView({ block: "nearest" });
  }

  hide() {
    this.#screen.hidden = true;
  }

  askForPIN() {
    this.#pinField.hidden = false;
    this.#pin.select();
  }

  forgetPIN() {
    this.#pinField.hidden = true;
    this.#pin.value = "";
  }

  /** @param {Notice} notice kept until the next action, an empty text to remove it */
  notify({ text, step = "", offer = "none" }) {
    this.#notice.textContent = text;
    this.#step.textContent = step;
    this.#without.hidden = offer !== "join-without";
    this.#knock.hidden = offer !== "knock";
  }

  /** @param {boolean} open whether camera and sound are being checked */
  showCheck(open) {
    this.#screen.dataset.check = open ? "open" : "closed";
    this.#check.setAttribute("aria-expanded", String(open));
    element("devices", HTMLElement).hidden = !open;
  }

  #toggleCheck() {
    this.#actions.check(this.#check.getAttribute("aria-expanded") !== "true");
  }

  /** @param {boolean} busy */
  #setBusy(busy) {
    for (const button of [this.#join, this.#without, this.#knock, this.#check]) button.disabled = busy;
  }

  #setUpName() {
    this.#name.value = this.#preferences.name;
    this.#name.addEventListener("change", () => {
      this.#preferences.name = this.#name.value = oneLine(this.#name.value);
      this.#actions.changed();
    });
    joinOnEnter(this.#name, this.#join);
  }

  #setUpPIN() {
    joinOnEnter(this.#pin, this.#join);
  }

  /**
   * @param {string} id
   * @param {"audio" | "video"} kind
   */
  #setUpSwitch(id, kind) {
    const control = element(id, HTMLButtonElement);
    const show = () => control.setAttribute("aria-checked", String(this.#preferences[kind]));
    control.addEventListener("click", () => {
      this.#preferences[kind] = !this.#preferences[kind];
      show();
      this.#showHint();
      this.#actions.changed();
    });
    show();
  }

  #showHint() {
    const { audio, video } = this.#preferences;
    this.#hint.textContent = HINTS[audio ? (video ? "both" : "audio") : video ? "video" : "none"];
  }
}

/**
 * @param {HTMLInputElement} input
 * @param {HTMLButtonElement} join
 */
function joinOnEnter(input, join) {
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    input.blur();
    join.click();
  });
}
