// SPDX-License-Identifier: Apache-2.0

import { UNKNOWN } from "./format.js";

/** @typedef {import("./history.js").Point} Point */

/**
 * What a chart shows, for who does not see it.
 *
 * @param {string} title
 * @param {{ label: string, points: Point[] }[]} series
 * @param {(value: number | null) => string} format
 */
export function chartWords(title, series, format) {
  const lines = series.map(({ label, points }) => {
    const values = points.flatMap(({ value }) => (value === null ? [] : [value]));
    const name = label ? `${label}: ` : "";
    if (values.length === 0) return label ? `${label}: not known yet` : "Not known yet";
    const [least, most] = [Math.min(...values), Math.max(...values)].map(format);
    const range = least === most ? `always ${most}` : `between ${least} and ${most}`;
    return `${name}${lastValue(points, format)} now, ${range}`;
  });
  return `${title} in the last 10 minutes. ${lines.join(". ")}.`;
}

/**
 * @param {Point[]} points
 * @param {(value: number | null) => string} format
 */
export function lastValue(points, format) {
  const last = points.at(-1);
  return last ? format(last.value) : UNKNOWN;
}
