// SPDX-License-Identifier: Apache-2.0

import { element } from "../ui/elements.js";

/**
 * The part of an element that a selector finds. A missing one is a mistake in the page.
 *
 * @template {Element} [T=HTMLElement]
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => T} [type]
 * @returns {T}
 */
export function part(root, selector, type = /** @type {any} */ (HTMLElement)) {
  const found = root.querySelector(selector);
  if (!(found instanceof type)) throw new TypeError(`there is no ${selector}`);
  return found;
}

/**
 * A new copy of what is in a template.
 *
 * @param {string} id
 * @returns {HTMLElement}
 */
export function copyOf(id) {
  const copy = element(id, HTMLTemplateElement).content.firstElementChild?.cloneNode(true);
  if (!(copy instanceof HTMLElement)) throw new TypeError(`#${id} is empty`);
  return copy;
}

/**
 * Writes only what is new: live regions speak whenever they are written to, and selections go.
 *
 * @param {Element} target
 * @param {string} text
 */
export function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
}

/**
 * Also where there may be no room for all of it.
 *
 * @param {HTMLElement} target
 * @param {string} text
 */
export function setLongText(target, text) {
  setText(target, text);
  if (target.title !== text) target.title = text;
}
