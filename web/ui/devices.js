// SPDX-License-Identifier: Apache-2.0

import { liveTrack, MediaError, openMedia, releaseMedia } from "../media.js";
import { canChooseSpeaker } from "../test-sound.js";
import { fill, LevelMeter, tryOut } from "./device-list.js";
import { element } from "./elements.js";

/** @typedef {import("../preferences.js").Preferences} Preferences */
/** @typedef {import("../media.js").Kind} Kind */

/** Camera, microphone and speaker, tried before a call. */
export class DeviceCheck {
  #preferences;
  #onChange;
  #onError;
  #video = element("preview-video", HTMLVideoElement);
  #frame = element("preview", HTMLElement);
  #meter = new LevelMeter(element("level", HTMLElement));
  #sound = element("test-sound", HTMLButtonElement);
  #soundResult = element("test-sound-result", HTMLElement);
  #selects = {
    camera: element("camera", HTMLSelectElement),
    microphone: element("microphone", HTMLSelectElement),
    speaker: element("speaker", HTMLSelectElement),
  };
  #stream = new MediaStream();
  #isOpen = false;

  /**
   * @param {Preferences} preferences changed by what the person chooses
   * @param {() => void} onChange
   * @param {(error: MediaError) => void} onError
   */
  constructor(preferences, onChange, onError) {
    this.#preferences = preferences;
    this.#onChange = onChange;
    this.#onError = onError;
    element("speaker-field", HTMLElement).hidden = !canChooseSpeaker;
    this.#selects.camera.addEventListener("change", () => this.#choose("camera", "video"));
    this.#selects.microphone.addEventListener("change", () => this.#choose("microphone", "audio"));
    this.#selects.speaker.addEventListener("change", () => this.#choose("speaker"));
    this.#sound.addEventListener("click", () => void tryOut(this.#sound, this.#soundResult, preferences.speaker));
    navigator.mediaDevices?.addEventListener("devicechange", () => void this.#list());
  }

  /** Opens and closes devices until what is open is what the person wants. */
  async open() {
    this.#isOpen = true;
    const { audio, video, microphone, camera } = this.#preferences;
    if (!audio) releaseMedia(this.#stream, "audio");
    if (!video) releaseMedia(this.#stream, "video");
    const wanted = {
      audio: audio && !liveTrack(this.#stream, "audio") && microphone,
      video: video && !liveTrack(this.#stream, "video") && camera,
    };
    if (wanted.audio !== false || wanted.video !== false) await this.#openDevices(wanted);
    this.#show();
    await this.#list();
  }

  /** What the person wants may have changed. */
  async update() {
    if (this.#isOpen) await this.open();
  }

  /** @returns {MediaStream} what was open; it is the caller's now */
  take() {
    const stream = this.#stream;
    this.#stream = new MediaStream();
    this.#isOpen = false;
    this.#show();
    return stream;
  }

  close() {
    releaseMedia(this.take());
  }

  /** @param {import("../media.js").Wanted} wanted */
  async #openDevices(wanted) {
    try {
      const stream = await openMedia(navigator.mediaDevices, wanted);
      // Closed while the browser asked.
      if (!this.#isOpen) return releaseMedia(stream);
      for (const track of stream.getTracks()) this.#stream.addTrack(track);
    } catch (error) {
      if (!(error instanceof MediaError)) throw error;
      this.#onError(error);
    }
  }

  #show() {
    const hasPicture = Boolean(liveTrack(this.#stream, "video"));
    this.#frame.dataset.video = hasPicture ? "on" : "off";
    this.#video.srcObject = hasPicture ? new MediaStream(this.#stream.getVideoTracks()) : null;
    this.#meter.listen(liveTrack(this.#stream, "audio"));
  }

  async #list() {
    if (!this.#isOpen || !navigator.mediaDevices) return;
    const devices = await navigator.mediaDevices.enumerateDevices();
    const { camera, microphone, speaker } = this.#preferences;
    fill(this.#selects.camera, devices.filter(({ kind }) => kind === "videoinput"), camera, "Camera");
    fill(this.#selects.microphone, devices.filter(({ kind }) => kind === "audioinput"), microphone, "Microphone");
    fill(this.#selects.speaker, devices.filter(({ kind }) => kind === "audiooutput"), speaker, "Speaker");
  }

  /**
   * @param {"camera" | "microphone" | "speaker"} which
   * @param {Kind} [kind]
   */
  #choose(which, kind) {
    this.#preferences[which] = this.#selects[which].value;
    this.#onChange();
    if (kind) releaseMedia(this.#stream, kind);
    void this.open();
  }
}
