// SPDX-License-Identifier: Apache-2.0

/**
 * Where everything is on the stage. All lengths are CSS pixels, from the upper left corner of the stage.
 *
 * @typedef {{ left: number, top: number, width: number, height: number }} Rect
 * @typedef {{ width: number, height: number }} Size
 *
 * @typedef {object} Stage
 * @property {number} width
 * @property {number} height
 * @property {{ top: number, right: number, bottom: number, left: number }} insets kept free, the controls included
 * @property {number} gap between pictures
 * @property {Rect} controls
 *
 * @typedef {"empty" | "single" | "grid" | "spotlight"} Shape
 *
 * @typedef {object} Arrangement
 * @property {Shape} shape
 * @property {Map<string, Rect>} tiles by key
 * @property {Rect} self our own picture
 */

/** Cameras differ; outside of these a picture that fills its tile shows too little of a person. */
const NARROWEST = 3 / 4;
const WIDEST = 16 / 9;
/** What most cameras deliver, more or less. */
const CAMERA = 4 / 3;
/** From this aspect on there is room for small pictures beside a large one, else below it. */
const BESIDE = 1.1;

/**
 * @param {Stage} stage
 * @param {string[]} keys in reading order
 * @param {string | null} main the large one, if any
 * @returns {Arrangement}
 */
export function arrange(stage, keys, main) {
  const { width, height } = stage;
  if (keys.length === 0) return { shape: "empty", tiles: new Map(), self: corner(stage) };
  if (keys.length === 1) {
    const whole = { left: 0, top: 0, width, height };
    return { shape: "single", tiles: new Map([[keys[0], whole]]), self: corner(stage) };
  }
  return main !== null && keys.includes(main) ? spotlight(stage, keys, main) : grid(stage, keys);
}

/**
 * All of the same size, oneself the last.
 *
 * @param {Stage} stage
 * @param {string[]} keys
 * @returns {Arrangement}
 */
function grid(stage, keys) {
  const places = cells(inner(stage), keys.length + 1, stage.gap);
  return { shape: "grid", tiles: new Map(keys.map((key, index) => [key, places[index]])), self: places[keys.length] };
}

/**
 * One large, the others and oneself small beside or below it.
 *
 * @param {Stage} stage
 * @param {string[]} keys
 * @param {string} main
 * @returns {Arrangement}
 */
function spotlight(stage, keys, main) {
  const { gap } = stage;
  const area = inner(stage);
  const small = keys.filter((key) => key !== main);
  const isBeside = area.width >= BESIDE * area.height;
  const strip = isBeside ? { ...area, width: limit(area.width * 0.2, 116, 260) }
    : { ...area, height: limit(area.height * 0.2, 104, 180) };
  const { columns, rows, tile } = bestFit(strip, small.length + 1, gap);
  // What the small ones do not need is the large one's.
  const used = { width: columns * (tile.width + gap), height: rows * (tile.height + gap) };
  const large = isBeside ? { ...area, width: area.width - used.width }
    : { ...area, height: area.height - used.height };
  const rest = isBeside ? { ...area, left: area.left + large.width + gap, width: used.width - gap }
    : { ...area, top: area.top + large.height + gap, height: used.height - gap };
  const places = cells(rest, small.length + 1, gap);
  const tiles = new Map(small.map((key, index) => [key, places[index]]));
  return { shape: "spotlight", tiles: tiles.set(main, large), self: places[small.length] };
}

/**
 * Our own picture above one large picture, or in the empty room.
 *
 * @param {Stage} stage
 * @returns {Rect}
 */
function corner({ width, height, insets, gap, controls }) {
  const isUpright = width < 700 && height > width;
  const isLow = height < 480;
  const shown = isUpright ? limit(width * 0.27, 88, 120) : isLow ? 128 : limit(width * 0.16, 168, 272);
  const size = { width: shown, height: isUpright ? (shown * 4) / 3 : (shown * 3) / 4 };
  const left = width - insets.right - size.width;
  const isBesideControls = left >= controls.left + controls.width + gap;
  const bottom = isBesideControls ? controls.top + controls.height : controls.top - gap;
  return { left, top: bottom - size.height, ...size };
}

/**
 * @param {Stage} stage
 * @returns {Rect}
 */
function inner({ width, height, insets: { top, right, bottom, left } }) {
  return { left, top, width: Math.max(0, width - left - right), height: Math.max(0, height - top - bottom) };
}

/**
 * Places for equal tiles in the middle of an area, row by row; the last row may be shorter and is in the middle, too.
 *
 * @param {Rect} area
 * @param {number} count
 * @param {number} gap
 * @returns {Rect[]}
 */
function cells(area, count, gap) {
  const { columns, rows, tile } = bestFit(area, count, gap);
  const top = area.top + (area.height - lengthOf(rows, tile.height, gap)) / 2;
  return Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / columns);
    const inRow = Math.min(columns, count - row * columns);
    const left = area.left + (area.width - lengthOf(inRow, tile.width, gap)) / 2;
    return {
      left: left + (index % columns) * (tile.width + gap),
      top: top + row * (tile.height + gap),
      ...tile,
    };
  });
}

/**
 * The number of columns that shows most of everybody.
 *
 * @param {Size} area
 * @param {number} count
 * @param {number} gap
 */
function bestFit(area, count, gap) {
  let best = { columns: 1, rows: count, tile: { width: 0, height: 0 } };
  let most = -1;
  for (let columns = 1; columns <= count; columns += 1) {
    const rows = Math.ceil(count / columns);
    const tile = within({ width: share(area.width, columns, gap), height: share(area.height, rows, gap) });
    const shown = worth(tile);
    if (shown <= most) continue;
    most = shown;
    best = { columns, rows, tile };
  }
  return best;
}

/**
 * The largest tile with an aspect that suits a person.
 *
 * @param {Size} cell
 * @returns {Size}
 */
function within({ width, height }) {
  return { width: Math.min(width, height * WIDEST), height: Math.min(height, width / NARROWEST) };
}

/**
 * How much a tile shows: its size, less for what it cuts off a camera's picture.
 *
 * @param {Size} tile
 */
function worth({ width, height }) {
  const aspect = width / height;
  const kept = Math.min(aspect / CAMERA, CAMERA / aspect);
  return width * height * Math.sqrt(kept || 0);
}

/**
 * @param {number} length
 * @param {number} parts
 * @param {number} gap
 */
function share(length, parts, gap) {
  return Math.max(0, (length - (parts - 1) * gap) / parts);
}

/**
 * @param {number} parts
 * @param {number} length of a part
 * @param {number} gap
 */
function lengthOf(parts, length, gap) {
  return parts * length + (parts - 1) * gap;
}

/**
 * @param {number} value
 * @param {number} least
 * @param {number} most
 */
function limit(value, least, most) {
  return Math.min(most, Math.max(least, value));
}
