// SPDX-License-Identifier: Apache-2.0

const DURATION = 2000;

/**
 * Puts text on the clipboard and says so on the button for a while. Where the browser does not allow that, what is
 * shown is at least marked, ready for the keyboard or the context menu.
 *
 * @param {string} text
 * @param {HTMLElement} shown where it is to be read
 * @param {HTMLElement} label of the button
 * @param {string} usual what the label says else
 * @returns {Promise<boolean>} whether it is on the clipboard
 */
export async function copy(text, shown, label, usual) {
  setTimeout(() => (label.textContent = usual), DURATION);
  try {
    await navigator.clipboard.writeText(text);
    label.textContent = "Copied";
    return true;
  } catch {
    getSelection()?.selectAllChildren(shown);
    return false;
  }
}
