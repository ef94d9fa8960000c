// SPDX-License-Identifier: Apache-2.0

/**
 * The element with this id, of this class. A missing one is a mistake in the page and stops it at once.
 *
 * @template {Element} T
 * @param {string} id
 * @param {new () => T} type
 * @returns {T}
 */
export function element(id, type) {
  const found = document.getElementById(id);
  if (!(found instanceof type)) throw new TypeError(`the page has no ${type.name} #${id}`);
  return found;
}
