// SPDX-License-Identifier: Apache-2.0

import { displayName } from "../people.js";
import { chooseSpeaker } from "../test-sound.js";
import { QualityMark } from "./quality-mark.js";

/** @typedef {import("../peer-link.js").LinkState} LinkState */
/** @typedef {import("../media-sections.js").Source} Source */
/** @typedef {import("../protocol.js").Person} Person */

/**
 * @typedef {object} TileActions
 * @property {() => void} silenced the browser refused to play sound without a gesture
 * @property {() => void} pin
 * @property {() => void} details of the connection
 */

/** How high a picture is taken for that is in a small window of its own. */
const SMALL_WINDOW_HEIGHT = 360;
/** Pixels of the display for one of CSS: of more nobody sees the difference in a face. */
const DENSEST = 2;
/** What most cameras deliver, more or less. */
const CAMERA_ASPECT = 4 / 3;

/** One remote participant, or their screen: picture or placeholder, and how the connection is doing. */
export class Tile {
  element;
  source;
  #video;
  #stream = new MediaStream();
  #actions;
  #pin;
  #smallWindow;
  #quality;
  #speaker;

  /**
   * @param {HTMLTemplateElement} template
   * @param {string} key
   * @param {Source} source
   * @param {string} speaker a device id, "" for the browser's choice
   * @param {TileActions} actions
   */
  constructor(template, key, source, speaker, actions) {
    const element = template.content.firstElementChild?.cloneNode(true);
    if (!(element instanceof HTMLElement)) throw new TypeError("the tile template is empty");
    const video = element.querySelector("video");
    const [smallWindow, pin, quality] = element.querySelectorAll("button");
    if (!video || !smallWindow || !pin || !quality) throw new TypeError("the tile template lacks a part");
    element.dataset.peer = key;
    element.dataset.source = source;
    video.srcObject = this.#stream;
    // Dimensions exist from the first decoded frame on.
    video.addEventListener("resize", () => this.#showPicture());
    this.element = element;
    this.source = source;
    this.#video = video;
    this.#speaker = speaker;
    this.#actions = actions;
    this.#pin = pin;
    this.#smallWindow = smallWindow;
    this.#quality = new QualityMark(quality, actions.details);
    this.#setUpTools();
  }

  /** @returns {LinkState} */
  get state() {
    return /** @type {LinkState} */ (this.element.dataset.state);
  }

  /** @param {Person} person */
  describe(person) {
    const isScreen = this.source === "screen";
    const name = isScreen ? `${displayName(person)}’s screen` : displayName(person);
    const shown = this.element.querySelector(".name bdi");
    if (shown) shown.textContent = name;
    this.#pin.setAttribute("aria-label", `Show ${name} large`);
    this.#smallWindow.setAttribute("aria-label", `Show ${name} in a small window`);
    this.#quality.setName(name);
    if (isScreen) return this.element.setAttribute("aria-label", name);
    this.element.dataset.audio = person.audio === false ? "off" : "on";
    this.element.dataset.hand = person.hand ? "up" : "down";
    const marks = [person.audio === false && "microphone off", person.hand && "hand raised"].filter(Boolean);
    this.element.setAttribute("aria-label", [name, ...marks].join(", "));
  }

  /** @param {boolean} speaking */
  setSpeaking(speaking) {
    this.element.dataset.speaking = String(speaking);
  }

  /** @param {import("../quality/grade.js").Grade} grade of the connection */
  showQuality(grade) {
    this.#quality.show(grade);
  }

  /** How high the whole picture is shown, in pixels of the display; 0 when nobody can see it. */
  get shownHeight() {
    const isInWindow = document.pictureInPictureElement === this.#video;
    const least = isInWindow ? SMALL_WINDOW_HEIGHT : 0;
    if (document.hidden) return least;
    const { clientWidth, clientHeight, videoWidth, videoHeight } = this.#video;
    const heights = [clientHeight, clientWidth / (videoHeight ? videoWidth / videoHeight : CAMERA_ASPECT)];
    // A camera's picture covers its tile, a screen is within it.
    const height = this.source === "screen" ? Math.min(...heights) : Math.max(...heights);
    return Math.max(least, height * Math.min(DENSEST, devicePixelRatio));
  }

  /** @param {string} speaker a device id, "" for the browser's choice */
  setSpeaker(speaker) {
    this.#speaker = speaker;
    void chooseSpeaker(this.#video, speaker);
  }

  /** @param {LinkState} state */
  setState(state) {
    this.element.dataset.state = state;
  }

  /** @param {boolean} pinned */
  showPinned(pinned) {
    this.#pin.setAttribute("aria-pressed", String(pinned));
  }

  /** @param {MediaStreamTrack} track replaces the previous one of its kind: a rebuilt connection brings new ones */
  setTrack(track) {
    for (const previous of this.#stream.getTracks()) {
      if (previous.kind === track.kind && previous !== track) this.#stream.removeTrack(previous);
    }
    this.#stream.addTrack(track);
    if (track.kind === "video") {
      track.onmute = track.onunmute = track.onended = () => this.#showPicture();
      this.#showPicture();
    }
    void this.play();
  }

  async play() {
    this.#video.muted = false;
    try {
      await this.#video.play();
      // Not before: a player that begins forgets which speaker it was given.
      if (this.#speaker) await chooseSpeaker(this.#video, this.#speaker);
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== "NotAllowedError") return;
      // Pictures may always play; the sound waits for a tap.
      this.#video.muted = true;
      this.#actions.silenced();
      await this.#video.play().catch(() => {});
    }
  }

  async toggleSmallWindow() {
    if (document.pictureInPictureElement === this.#video) return document.exitPictureInPicture();
    // Without a picture there is nothing to show; the browser says no, and the button changes nothing.
    if (document.pictureInPictureEnabled) await this.#video.requestPictureInPicture().catch(() => {});
  }

  close() {
    if (document.pictureInPictureElement === this.#video) void document.exitPictureInPicture();
    this.#video.srcObject = null;
    this.element.remove();
  }

  #setUpTools() {
    this.#pin.addEventListener("click", () => this.#actions.pin());
    this.#smallWindow.addEventListener("click", () => void this.toggleSmallWindow());
    // For mouse and finger the whole picture is the button.
    this.element.addEventListener("click", ({ target }) => {
      if (!(target instanceof Element && target.closest("button"))) this.#actions.pin();
    });
  }

  #showPicture() {
    const visible = this.#stream.getVideoTracks().some((track) => !track.muted && track.readyState === "live");
    const hasPicture = visible && this.#video.videoWidth > 0;
    this.element.dataset.video = hasPicture ? "on" : "off";
    this.#smallWindow.hidden = !hasPicture || !document.pictureInPictureEnabled;
  }
}
