// SPDX-License-Identifier: Apache-2.0

import { element } from "./elements.js";
import { glide } from "./motion.js";
import { Tile } from "./tile.js";

/** @typedef {import("../peer-link.js").LinkState} LinkState */

/** From this number of remotes on the grid scrolls. */
const SCROLLING_FROM = 5;

/** The remote participants; the style sheet chooses the layout by `data-remotes`. */
export class Grid {
  #grid = element("grid", HTMLElement);
  #lobby = element("lobby", HTMLElement);
  #listen = element("listen", HTMLButtonElement);
  #template = element("tile-template", HTMLTemplateElement);
  /** @type {Map<string, Tile>} */
  #tiles = new Map();

  constructor() {
    this.#listen.addEventListener("click", () => this.#playAll());
  }

  /** @param {string} id */
  add(id) {
    const tile = new Tile(this.#template, id, () => (this.#listen.hidden = false));
    this.#tiles.set(id, tile);
    this.#change(() => this.#grid.append(tile.element));
  }

  /** @param {string} id */
  remove(id) {
    const tile = this.#tiles.get(id);
    if (!tile) return;
    this.#tiles.delete(id);
    this.#change(() => tile.close());
    if (this.#tiles.size === 0) this.#listen.hidden = true;
  }

  /**
   * @param {string} id
   * @param {LinkState} state
   */
  setState(id, state) {
    this.#tiles.get(id)?.setState(state);
  }

  /**
   * @param {string} id
   * @param {MediaStreamTrack} track
   */
  setTrack(id, track) {
    this.#tiles.get(id)?.setTrack(track);
  }

  /** @param {boolean} visible whether to say that nobody else is here, which is only sure once we have joined */
  showLobby(visible) {
    this.#lobby.hidden = !visible;
  }

  #playAll() {
    this.#listen.hidden = true;
    for (const tile of this.#tiles.values()) void tile.play();
  }

  /** @param {() => void} change */
  #change(change) {
    glide(this.#grid, () => {
      change();
      this.#grid.dataset.remotes = String(this.#tiles.size);
      // What scrolls must be reachable by keyboard.
      if (this.#tiles.size >= SCROLLING_FROM) this.#grid.tabIndex = 0;
      else this.#grid.removeAttribute("tabindex");
    });
  }
}
