// SPDX-License-Identifier: Apache-2.0

const DURATION = 5000;

/**
 * Has screen readers say something that is not shown.
 *
 * @param {HTMLElement} region a live one
 * @param {string} text
 */
export function speak(region, text) {
  // One paragraph each: several at once are all spoken.
  const paragraph = document.createElement("p");
  paragraph.textContent = text;
  region.append(paragraph);
  setTimeout(() => paragraph.remove(), DURATION);
}
