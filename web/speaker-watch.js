// SPDX-License-Identifier: Apache-2.0

/** Follows the chosen speaker: where it is unplugged the browser's choice takes its place, until it is back. */
export class SpeakerWatch {
  #devices;
  #wanted;
  #onChange;
  /** What is heard through; "" is the browser's choice. */
  #present;
  #end = new AbortController();

  /**
   * @param {Pick<MediaDevices, "enumerateDevices" | "addEventListener"> | undefined} devices
   * @param {string} wanted a device id, "" for the browser's choice
   * @param {(speaker: string, isLost: boolean) => void} onChange
   */
  constructor(devices, wanted, onChange) {
    this.#devices = devices;
    this.#wanted = this.#present = wanted;
    this.#onChange = onChange;
    devices?.addEventListener("devicechange", () => void this.#look(), { signal: this.#end.signal });
  }

  get present() {
    return this.#present;
  }

  /** @param {string} wanted */
  choose(wanted) {
    this.#wanted = wanted;
    this.#change(wanted, false);
  }

  close() {
    this.#end.abort();
  }

  async #look() {
    const all = (await this.#devices?.enumerateDevices()) ?? [];
    if (this.#end.signal.aborted || this.#wanted === "") return;
    const isThere = all.some(({ kind, deviceId }) => kind === "audiooutput" && deviceId === this.#wanted);
    this.#change(isThere ? this.#wanted : "", !isThere);
  }

  /**
   * @param {string} speaker
   * @param {boolean} isLost
   */
  #change(speaker, isLost) {
    if (speaker === this.#present) return;
    this.#present = speaker;
    this.#onChange(speaker, isLost);
  }
}
