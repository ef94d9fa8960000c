// SPDX-License-Identifier: Apache-2.0

import { arrange } from "../layout/arrange.js";
import { element } from "./elements.js";
import { glide } from "./motion.js";

/** @typedef {import("../layout/arrange.js").Rect} Rect */

/** Puts the pictures where the arrangement wants them, again whenever the room for them changes. */
export class Stage {
  #grid = element("grid", HTMLElement);
  #self = element("self-view", HTMLElement);
  #controls = element("controls", HTMLElement);
  #tiles;
  #main;
  /** The pictures are where they belong, at the size they have. */
  onPlaced = () => {};

  /**
   * @param {() => Map<string, HTMLElement>} tiles in reading order
   * @param {() => string | null} main the key of the large one
   * @param {AbortSignal} signal
   */
  constructor(tiles, main, signal) {
    this.#tiles = tiles;
    this.#main = main;
    const observer = new ResizeObserver(() => this.#place());
    for (const watched of [this.#grid, this.#controls]) observer.observe(watched);
    signal.addEventListener("abort", () => observer.disconnect());
    this.#place();
  }

  /** @param {() => void} change after which the pictures glide to where they belong */
  change(change) {
    glide([...this.#grid.children, this.#self], () => {
      change();
      this.#place();
    });
  }

  #place() {
    const tiles = this.#tiles();
    const main = this.#main();
    const { shape, tiles: places, self } = arrange(this.#measure(), [...tiles.keys()], main);
    this.#grid.dataset.shape = this.#self.dataset.shape = shape;
    for (const [key, tile] of tiles) {
      tile.dataset.main = String(key === main);
      put(tile, places.get(key));
    }
    put(this.#self, self);
    this.onPlaced();
  }

  /**
   * The style sheet says what stays free, as the padding of the grid.
   *
   * @returns {import("../layout/arrange.js").Stage}
   */
  #measure() {
    const style = getComputedStyle(this.#grid);
    const { offsetLeft, offsetTop, offsetWidth, offsetHeight } = this.#controls;
    return {
      width: this.#grid.clientWidth,
      height: this.#grid.clientHeight,
      insets: {
        top: Number.parseFloat(style.paddingTop),
        right: Number.parseFloat(style.paddingRight),
        bottom: Number.parseFloat(style.paddingBottom),
        left: Number.parseFloat(style.paddingLeft),
      },
      gap: Number.parseFloat(style.columnGap),
      // The bar is in the middle by a transform, which the offset does not know.
      controls: { left: offsetLeft - offsetWidth / 2, top: offsetTop, width: offsetWidth, height: offsetHeight },
    };
  }
}

/**
 * @param {HTMLElement} element
 * @param {Rect | undefined} place
 */
function put({ style }, place) {
  if (!place) return;
  for (const side of /** @type {const} */ (["left", "top", "width", "height"])) style[side] = `${place[side]}px`;
  style.setProperty("--size", `${Math.min(place.width, place.height)}px`);
}
