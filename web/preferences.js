// SPDX-License-Identifier: Apache-2.0

const KEY = "call-preferences";

/**
 * @typedef {object} Preferences What this browser remembers for the next call.
 * @property {string} name
 * @property {boolean} audio whether to join with the microphone on
 * @property {boolean} video whether to join with the camera on
 * @property {string} microphone device ids; "" is the browser's choice
 * @property {string} camera
 * @property {string} speaker
 * @property {boolean} pushToTalk
 * @property {boolean} shortcuts whether single keys do something in a call
 */

/** @type {Preferences} */
const DEFAULTS = {
  name: "", audio: true, video: true, microphone: "", camera: "", speaker: "", pushToTalk: false, shortcuts: true,
};

/**
 * @param {() => Pick<Storage, "getItem">} storage throws where the browser keeps nothing
 * @returns {Preferences}
 */
export function loadPreferences(storage) {
  const preferences = { ...DEFAULTS };
  try {
    const stored = JSON.parse(storage().getItem(KEY) ?? "{}");
    for (const key of Object.keys(DEFAULTS)) {
      if (typeof stored?.[key] === typeof Reflect.get(DEFAULTS, key)) Reflect.set(preferences, key, stored[key]);
    }
  } catch {
    // Private windows keep nothing, and what is no JSON is not ours.
  }
  return preferences;
}

/**
 * @param {() => Pick<Storage, "setItem">} storage
 * @param {Preferences} preferences
 */
export function savePreferences(storage, preferences) {
  try {
    storage().setItem(KEY, JSON.stringify(preferences));
  } catch {
    // The call works without memory.
  }
}
