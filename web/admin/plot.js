// SPDX-License-Identifier: Apache-2.0

/** @typedef {import("./history.js").Point} Point */

/**
 * @typedef {object} Frame
 * @property {number} from the time at the left edge, in milliseconds
 * @property {number} to the time at the right edge
 * @property {number} top the value at the upper edge; 0 is at the lower
 * @property {number} width
 * @property {number} height
 */

const STEPS = [1, 2, 5, 10];

/**
 * A round number that all values fit under.
 *
 * @param {number} highest
 * @param {number} least the smallest that makes sense
 */
export function roundTop(highest, least) {
  const wanted = Math.max(highest, least);
  if (!(wanted > 0) || !Number.isFinite(wanted)) return 1;
  const power = 10 ** Math.floor(Math.log10(wanted));
  return (STEPS.find((step) => step * power >= wanted) ?? 10) * power;
}

/**
 * What belongs together, with gaps where nothing is known.
 *
 * @param {Point[]} points
 * @returns {{ at: number, value: number }[][]}
 */
export function runs(points) {
  /** @type {{ at: number, value: number }[][]} */
  const found = [];
  let isOpen = false;
  for (const { at, value } of points) {
    if (value !== null && isOpen) found[found.length - 1].push({ at, value });
    else if (value !== null) found.push([{ at, value }]);
    isOpen = value !== null;
  }
  return found;
}

/**
 * The path data (SVG 2, section 9.3) of a line through the points.
 *
 * @param {Point[]} points
 * @param {Frame} frame
 */
export function linePath(points, frame) {
  return runs(points).map((run) => `M${corners(run, frame).join("L")}${run.length === 1 ? "h0.01" : ""}`).join("");
}

/**
 * The path data of what is under that line.
 *
 * @param {Point[]} points
 * @param {Frame} frame
 */
export function areaPath(points, frame) {
  return runs(points).map((run) => {
    const [left, right] = [run[0], run[run.length - 1]].map(({ at }) => across(at, frame));
    return `M${left},${frame.height}L${corners(run, frame).join("L")}L${right},${frame.height}Z`;
  }).join("");
}

/**
 * @param {{ at: number, value: number }[]} run
 * @param {Frame} frame
 */
function corners(run, frame) {
  return run.map(({ at, value }) => {
    const up = Math.min(1, value / frame.top) * frame.height;
    return `${across(at, frame)},${round(frame.height - up)}`;
  });
}

/**
 * @param {number} at
 * @param {Frame} frame
 */
function across(at, { from, to, width }) {
  return round(((at - from) / (to - from)) * width);
}

/** @param {number} value */
function round(value) {
  return Math.round(value * 10) / 10;
}
