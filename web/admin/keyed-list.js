// SPDX-License-Identifier: Apache-2.0

/**
 * @template T
 * @typedef {{ element: HTMLElement, show(item: T): void }} Row
 */

/**
 * Rows that stay what they are while what they show changes: the focus in them stays, too.
 *
 * @template T
 */
export class KeyedList {
  #container;
  #make;
  #onFocusLost;
  /** @type {Map<string, Row<T>>} */
  #rows = new Map();

  /**
   * @param {HTMLElement} container
   * @param {() => Row<T>} make
   * @param {() => void} onFocusLost the row that had the focus is gone
   */
  constructor(container, make, onFocusLost) {
    this.#container = container;
    this.#make = make;
    this.#onFocusLost = onFocusLost;
  }

  /**
   * @param {T[]} items
   * @param {(item: T) => string} key
   */
  show(items, key) {
    const keyed = withKeys(items, key);
    this.#removeOthers(keyed);
    for (const [name, item] of keyed) this.#row(name).show(item);
    if (!this.#isHeld) this.#arrange([...keyed.keys()]);
  }

  /** Nothing moves under a pointer that is about to press, nor under who is there with the keyboard. */
  get #isHeld() {
    const isPointed = matchMedia("(hover: hover)").matches && this.#container.matches(":hover");
    return isPointed || this.#container.matches(":focus-within");
  }

  /** @param {string} key */
  #row(key) {
    const row = this.#rows.get(key) ?? this.#make();
    if (!this.#rows.has(key)) {
      this.#rows.set(key, row);
      this.#container.append(row.element);
    }
    return row;
  }

  /** @param {Map<string, T>} keyed */
  #removeOthers(keyed) {
    for (const [key, { element }] of this.#rows) {
      if (keyed.has(key)) continue;
      const hadFocus = element.contains(document.activeElement);
      element.remove();
      this.#rows.delete(key);
      if (hadFocus) this.#onFocusLost();
    }
  }

  /** @param {string[]} keys */
  #arrange(keys) {
    let next = this.#container.firstElementChild;
    for (const key of keys) {
      const element = this.#rows.get(key)?.element;
      if (!element) continue;
      if (element === next) next = next.nextElementSibling;
      else this.#container.insertBefore(element, next);
    }
  }
}

/**
 * Two with one key, which should not be, are both shown.
 *
 * @template T
 * @param {T[]} items
 * @param {(item: T) => string} key
 * @returns {Map<string, T>}
 */
function withKeys(items, key) {
  const found = new Map();
  for (const item of items) {
    let name = key(item);
    while (found.has(name)) name += "\n";
    found.set(name, item);
  }
  return found;
}
