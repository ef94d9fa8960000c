// SPDX-License-Identifier: Apache-2.0

import { Layout } from "../layout/layout.js";
import { element } from "./elements.js";
import { Stage } from "./stage.js";
import { Tile } from "./tile.js";

/** @typedef {import("../peer-link.js").LinkState} LinkState */
/** @typedef {import("../media-sections.js").Source} Source */
/** @typedef {import("../layout/layout.js").LayoutMode} LayoutMode */

/** The pictures of the others: a tile for each person, and one for each shared screen. */
export class Grid {
  #grid = element("grid", HTMLElement);
  #lobby = element("lobby", HTMLElement);
  #door = element("door", HTMLElement);
  #listen = element("listen", HTMLButtonElement);
  #template = element("tile-template", HTMLTemplateElement);
  #layout = new Layout();
  #stage;
  /** By key. @type {Map<string, Tile>} */
  #tiles = new Map();
  /**
   * What has arrived of the screen of each person, by kind: it may come before we hear that it is one.
   * @type {Map<string, Map<string, MediaStreamTrack>>}
   */
  #screenTracks = new Map();
  #speaker;
  /** @type {(mode: LayoutMode, isPinned: boolean) => void} */
  onLayout = () => {};
  /**
   * Somebody wants to know more of the connection to this person.
   *
   * @type {(id: string) => void}
   */
  onDetails = () => {};

  /**
   * @param {string} speaker a device id, "" for the browser's choice
   * @param {AbortSignal} signal
   */
  constructor(speaker, signal) {
    this.#speaker = speaker;
    this.#stage = new Stage(() => this.#elements(), () => this.#layout.main, signal);
    this.#listen.addEventListener("click", () => this.#playAll(), { signal });
  }

  /** @param {string} id */
  add(id) {
    this.#addTile(id, "person");
  }

  /** @param {string} id */
  remove(id) {
    this.#screenTracks.delete(id);
    for (const source of /** @type {const} */ (["screen", "person"])) this.#removeTile(keyOf(id, source));
    if (this.#tiles.size === 0) this.#listen.hidden = true;
  }

  /**
   * @param {string} id
   * @param {LinkState} state
   * @returns {LinkState | undefined} the state before
   */
  setState(id, state) {
    const before = this.#tiles.get(id)?.state;
    for (const tile of this.#tilesOf(id)) tile.setState(state);
    return before;
  }

  /** @param {() => void} onPlaced called when pictures may have another size */
  set onPlaced(onPlaced) {
    this.#stage.onPlaced = onPlaced;
  }

  /**
   * @param {string} id
   * @param {import("../quality/grade.js").Grade} grade
   */
  showQuality(id, grade) {
    this.#tiles.get(id)?.showQuality(grade);
  }

  /** How large everybody's pictures are shown, by id. */
  views() {
    const people = [...this.#tiles].filter(([, { source }]) => source === "person");
    return new Map(people.map(([id, { shownHeight }]) =>
      [id, { camera: shownHeight, screen: this.#tiles.get(keyOf(id, "screen"))?.shownHeight ?? 0 }]));
  }

  /**
   * @param {string} id
   * @param {MediaStreamTrack} track
   * @param {Source} source
   */
  setTrack(id, track, source) {
    this.#tiles.get(keyOf(id, source))?.setTrack(track);
    if (source !== "screen") return;
    const tracks = this.#screenTracks.get(id) ?? new Map();
    this.#screenTracks.set(id, tracks.set(track.kind, track));
  }

  /** @param {import("../protocol.js").Person} person */
  describe(person) {
    const { peerId, screen } = person;
    if (!this.#tiles.has(peerId)) return;
    if (screen) this.#addScreen(peerId);
    else this.#removeTile(keyOf(peerId, "screen"));
    for (const tile of this.#tilesOf(peerId)) tile.describe(person);
  }

  /**
   * @param {string} id
   * @param {boolean} speaking
   */
  setSpeaking(id, speaking) {
    this.#tiles.get(id)?.setSpeaking(speaking);
    this.#rearrange(() => this.#layout.setSpeaking(id, speaking));
  }

  /** @param {"waiting" | "knocking" | null} why there is nobody to see: nobody is here, or we are not in yet */
  showLobby(why) {
    this.#lobby.hidden = why !== "waiting";
    this.#door.hidden = why !== "knocking";
  }

  /** @param {string} speaker */
  setSpeaker(speaker) {
    this.#speaker = speaker;
    for (const tile of this.#tiles.values()) tile.setSpeaker(speaker);
  }

  /** @param {LayoutMode} mode */
  chooseLayout(mode) {
    this.#rearrange(() => this.#layout.choose(mode));
  }

  /** From all alike to the speaker large, and back; what is pinned makes room first. */
  toggleLayout() {
    const { mode, pinned } = this.#layout;
    this.chooseLayout(pinned === null && mode === "grid" ? "speaker" : "grid");
  }

  /** @param {number} number of the picture in reading order, from 1 */
  pin(number) {
    const key = this.#layout.keys[number - 1];
    if (key !== undefined) this.#togglePin(key);
  }

  unpin() {
    this.#rearrange(() => this.#layout.choose(this.#layout.mode));
  }

  /** The large picture, or the only one, in a small window of its own. */
  async toggleSmallWindow() {
    const key = this.#layout.main ?? this.#layout.keys[0];
    await this.#tiles.get(key)?.toggleSmallWindow();
  }

  /** @param {string} id */
  #addScreen(id) {
    const key = keyOf(id, "screen");
    if (this.#tiles.has(key)) return;
    const tile = this.#addTile(key, "screen");
    tile.setState(this.#tiles.get(id)?.state ?? "connecting");
    for (const track of this.#screenTracks.get(id)?.values() ?? []) tile.setTrack(track);
  }

  /**
   * @param {string} key
   * @param {Source} source
   */
  #addTile(key, source) {
    const tile = new Tile(this.#template, key, source, this.#speaker, {
      silenced: () => (this.#listen.hidden = false),
      pin: () => this.#togglePin(key),
      details: () => this.onDetails(key),
    });
    this.#change(() => {
      this.#tiles.set(key, tile);
      this.#layout.add(key, { isScreen: source === "screen" });
      // Keyboard and screen reader meet screens first. What is on the page is not moved: videos would stop.
      if (source === "screen") this.#grid.prepend(tile.element);
      else this.#grid.append(tile.element);
    });
    return tile;
  }

  /** @param {string} key */
  #removeTile(key) {
    const tile = this.#tiles.get(key);
    if (!tile) return;
    this.#change(() => {
      this.#tiles.delete(key);
      this.#layout.remove(key);
      tile.close();
    });
  }

  /** @param {string} key */
  #togglePin(key) {
    this.#rearrange(() => this.#layout.togglePin(key));
  }

  /** @param {() => void} change of the layout alone: without a new large picture everything stays where it is */
  #rearrange(change) {
    const { main } = this.#layout;
    change();
    if (this.#layout.main !== main) this.#change(() => {});
    else this.#showLayout();
  }

  /** @param {() => void} change */
  #change(change) {
    this.#stage.change(() => {
      change();
      this.#showLayout();
    });
  }

  #showLayout() {
    const { mode, pinned } = this.#layout;
    for (const [key, tile] of this.#tiles) tile.showPinned(key === pinned);
    this.onLayout(mode, pinned !== null);
  }

  /** @param {string} id */
  #tilesOf(id) {
    return /** @type {const} */ (["person", "screen"]).flatMap((source) => this.#tiles.get(keyOf(id, source)) ?? []);
  }

  #elements() {
    return new Map(this.#layout.keys.flatMap((key) => {
      const tile = this.#tiles.get(key);
      return tile ? [[key, tile.element]] : [];
    }));
  }

  #playAll() {
    this.#listen.hidden = true;
    for (const tile of this.#tiles.values()) void tile.play();
  }
}

/**
 * @param {string} id
 * @param {Source} source
 */
function keyOf(id, source) {
  return source === "screen" ? `${id} screen` : id;
}
