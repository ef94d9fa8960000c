// SPDX-License-Identifier: Apache-2.0

/**
 * The value that this part of all values does not exceed, as exact as the buckets are: within one, values are taken to
 * be spread evenly.
 *
 * @param {import("./status.js").Histogram} histogram
 * @param {number} part from 0 to 1
 * @returns {number} 0 when there are no values; the last bound for what is above it
 */
export function quantile({ bounds, counts }, part) {
  const wanted = part * counts.reduce((sum, count) => sum + count, 0);
  if (wanted === 0) return 0;
  let below = 0;
  for (const [index, bound] of bounds.entries()) {
    const lower = index === 0 ? 0 : bounds[index - 1];
    if (below + counts[index] >= wanted) return lower + ((bound - lower) * (wanted - below)) / counts[index];
    below += counts[index];
  }
  return bounds[bounds.length - 1];
}
