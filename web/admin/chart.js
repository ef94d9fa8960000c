// SPDX-License-Identifier: Apache-2.0

import { chartWords, lastValue } from "./chart-words.js";
import { copyOf, part, setText } from "./dom.js";
import { SPAN } from "./history.js";
import { areaPath, linePath, roundTop } from "./plot.js";

/** @typedef {import("./history.js").History} History */
/** @typedef {import("./plot.js").Frame} Frame */

/**
 * @typedef {object} ChartKind
 * @property {string} title
 * @property {{ name: string, label: string }[]} series what of the history; without a label if there is one alone
 * @property {(value: number | null) => string} format
 * @property {number} least the upper edge is no lower
 */

const SVG = "http://www.w3.org/2000/svg";
/** As the template says. */
const SIZE = { width: 600, height: 100 };

/** One small chart that shows the last ten minutes. */
export class Chart {
  #kind;
  #picture;
  #top;
  /** @type {{ area: SVGElement, line: SVGElement, value: HTMLElement }[]} */
  #series;

  /** @param {ChartKind} kind */
  constructor(kind) {
    this.#kind = kind;
    this.element = copyOf("chart-template");
    this.#picture = part(this.element, "svg", SVGSVGElement);
    this.#top = part(this.element, ".plot-top");
    setText(part(this.element, "h3"), kind.title);
    this.#series = kind.series.map(({ label }, index) => this.#addSeries(label, String(index)));
  }

  /** @param {History} history */
  show(history) {
    const { title, series, format, least } = this.#kind;
    const shown = series.map(({ name, label }) => ({ label, points: history.points(name) }));
    const highest = Math.max(0, ...shown.flatMap(({ points }) => points.map(({ value }) => value ?? 0)));
    const frame = { ...SIZE, top: roundTop(highest, least), to: history.newest, from: history.newest - SPAN };
    for (const [index, { points }] of shown.entries()) {
      const { area, line, value } = this.#series[index];
      line.setAttribute("d", linePath(points, frame));
      area.setAttribute("d", areaPath(points, frame));
      setText(value, lastValue(points, format));
    }
    setText(this.#top, format(frame.top));
    this.#picture.setAttribute("aria-label", chartWords(title, shown, format));
  }

  /**
   * @param {string} label
   * @param {string} index
   */
  #addSeries(label, index) {
    const [area, line] = ["area", "line"].map((kind) => {
      const path = document.createElementNS(SVG, "path");
      path.setAttribute("class", kind);
      path.dataset.series = index;
      return path;
    });
    this.#picture.append(area, line);
    const [legend, value] = [document.createElement("span"), document.createElement("b")];
    legend.dataset.series = index;
    legend.append(...(label ? [document.createElement("i"), `${label} `] : []), value);
    part(this.element, ".chart-now").append(legend);
    return { area, line, value };
  }
}
