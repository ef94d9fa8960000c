// SPDX-License-Identifier: Apache-2.0

/** Longer texts are cut: a name may be of any length, and a page is not. In characters. */
const LONGEST_TEXT = 256;

/**
 * @param {unknown} value
 * @returns {Record<string, unknown>} an empty one for what is no object
 */
export function fields(value) {
  return typeof value === "object" && value !== null ? /** @type {Record<string, unknown>} */ (value) : {};
}

/**
 * @param {unknown} value
 * @returns {unknown[]}
 */
export function list(value) {
  return Array.isArray(value) ? value : [];
}

/**
 * @param {unknown} value
 * @returns {number | null} null for what is no amount of anything
 */
export function amount(value) {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : null;
}

/** @param {unknown} value */
export function text(value) {
  if (typeof value !== "string") return "";
  return value.length > LONGEST_TEXT ? `${value.slice(0, LONGEST_TEXT)}…` : value;
}

/**
 * Amounts by name, as {"udp": 1, "tls": 2}.
 *
 * @param {unknown} value
 * @returns {Map<string, number>}
 */
export function amounts(value) {
  const found = new Map();
  for (const [name, each] of Object.entries(fields(value))) {
    const number = amount(each);
    if (number !== null) found.set(text(name), number);
  }
  return found;
}

/** @param {Map<string, number>} amounts */
export function total(amounts) {
  return [...amounts.values()].reduce((sum, each) => sum + each, 0);
}
