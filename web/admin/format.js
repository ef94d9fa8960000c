// SPDX-License-Identifier: Apache-2.0

/** For what is not known. */
export const UNKNOWN = "–";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/**
 * @param {number | null} value
 * @param {string[]} units each a thousand of the one before
 */
function scaled(value, units) {
  if (value === null) return UNKNOWN;
  let [rest, index] = [value, 0];
  // 999.6 is 1000 when it is rounded.
  while (rest >= 999.5 && index < units.length - 1) {
    rest /= 1000;
    index += 1;
  }
  const digits = index > 0 && rest < 9.95 ? 1 : 0;
  return `${rest.toFixed(digits)} ${units[index]}`;
}

/** @param {number | null} value in bit/s */
export function bitRate(value) {
  return scaled(value, ["bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"]);
}

/** @param {number | null} value */
export function byteCount(value) {
  return scaled(value, ["B", "kB", "MB", "GB", "TB", "PB"]);
}

/** @param {number | null} value */
export function count(value) {
  return value === null ? UNKNOWN : Math.round(value).toLocaleString("en");
}

/** @param {number | null} value a second */
export function perSecond(value) {
  if (value === null) return UNKNOWN;
  return `${value > 0 && value < 9.95 ? value.toFixed(1) : count(value)}/s`;
}

/** @param {number | null} part from 0 to 1, or more */
export function percent(part) {
  if (part === null) return UNKNOWN;
  const value = part * 100;
  return `${value > 0 && value < 9.95 ? value.toFixed(1) : Math.round(value)} %`;
}

/** @param {number | null} seconds */
export function delay(seconds) {
  if (seconds === null) return UNKNOWN;
  if (seconds >= 0.9995) return `${seconds.toFixed(1)} s`;
  const milliseconds = seconds * 1000;
  return `${milliseconds > 0 && milliseconds < 9.95 ? milliseconds.toFixed(1) : Math.round(milliseconds)} ms`;
}

/** @param {number | null} seconds */
export function duration(seconds) {
  if (seconds === null) return UNKNOWN;
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < MINUTE) return `${whole} s`;
  if (whole < HOUR) return `${Math.floor(whole / MINUTE)} min`;
  if (whole < DAY) return `${Math.floor(whole / HOUR)} h ${Math.floor((whole % HOUR) / MINUTE)} min`;
  return `${plural(Math.floor(whole / DAY), "day")} ${Math.floor((whole % DAY) / HOUR)} h`;
}

/** @param {number} milliseconds since 1970 */
export function timeOfDay(milliseconds) {
  const parts = /** @type {const} */ ({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
  return new Date(milliseconds).toLocaleTimeString("en-GB", parts);
}

/**
 * @param {number} value
 * @param {string} word
 * @param {string} [many]
 */
export function plural(value, word, many = `${word}s`) {
  return `${count(value)} ${value === 1 ? word : many}`;
}
