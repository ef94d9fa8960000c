// SPDX-License-Identifier: Apache-2.0

import { element } from "../ui/elements.js";
import { Chart } from "./chart.js";
import { setLongText, setText } from "./dom.js";
import { bitRate, byteCount, count, delay, duration, perSecond, percent, UNKNOWN } from "./format.js";
import { KeyedList } from "./keyed-list.js";
import { validity } from "./words.js";

/** @typedef {import("./rates.js").Rates} Rates */
/** @typedef {import("./rates.js").Sample} Sample */
/** @typedef {import("./status.js").Certificate} Certificate */
/** @typedef {import("./status.js").Status} Status */
/** @typedef {import("./watch.js").Watch} Watch */

const STATES = { serving: "Serving", draining: "Draining", "": "State not known" };

/** @type {import("./chart.js").ChartKind[]} */
const CHARTS = [
  {
    title: "Traffic",
    series: [{ name: "incoming", label: "From clients" }, { name: "outgoing", label: "To clients" }],
    format: bitRate,
    least: 100_000,
  },
  { title: "Sessions", series: [{ name: "allocations", label: "" }], format: count, least: 5 },
  { title: "People in rooms", series: [{ name: "members", label: "" }], format: count, least: 5 },
  { title: "Queue delay, p99", series: [{ name: "queueDelay", label: "" }], format: delay, least: 0.01 },
  { title: "Dropped packets", series: [{ name: "drops", label: "" }], format: perSecond, least: 5 },
];

/** @type {[name: string, value: (status: Status, rates: Rates) => string][]} */
const TILES = [
  ["Sessions by transport", ({ allocations }) => parts(allocations, count)],
  ["Packets from clients", (_, { packetsIn }) => perSecond(packetsIn)],
  ["Packets to clients", (_, { packetsOut }) => perSecond(packetsOut)],
  ["Drops by reason", (_, { drops, dropsByReason }) => (drops === 0 ? "none" : parts(dropsByReason, perSecond))],
  ["CPU, of one core", (_, { cpu }) => percent(cpu)],
  ["Memory", ({ gauges }) => byteCount(gauges.residentBytes)],
  ["Event loop delay, p99", (_, { loopDelay }) => delay(loopDelay)],
  ["Open files", ({ gauges }) => count(gauges.openFiles)],
  ["Rooms", ({ gauges }) => count(gauges.rooms)],
  ["Waiting at doors", ({ gauges }) => count(gauges.waiting)],
  ["WebSockets", ({ gauges }) => count(gauges.websockets)],
  ["HTTP connections", ({ gauges }) => count(gauges.httpConnections)],
  ["Undecided connections", ({ gauges }) => count(gauges.undecidedConnections)],
  ["TLS handshakes", (_, { handshakes }) => perSecond(handshakes)],
  ["Failed handshakes", (_, { failedHandshakes }) => perSecond(failedHandshakes)],
  ["Failed sign-ins", (_, { failedAuthentications }) => perSecond(failedAuthentications)],
];

/** How the server is. */
export class Overview {
  #state = element("state", HTMLElement);
  #about = element("about", HTMLElement);
  #charts = CHARTS.map((kind) => new Chart(kind));
  #values = TILES.map(([name]) => addTile(element("tiles", HTMLElement), name));
  #certificates;
  #now = 0;

  constructor() {
    element("charts", HTMLElement).append(...this.#charts.map((chart) => chart.element));
    const certificates = element("certificates", HTMLElement);
    this.#certificates = new KeyedList(certificates, () => this.#certificateRow(), () => {});
  }

  /** @param {Watch} watch */
  show({ scene, history }) {
    for (const chart of this.#charts) chart.show(history);
    const { sample, rates } = scene;
    if (!sample || !rates) return;
    const { status } = sample;
    this.#now = status.now ?? sample.at / 1000;
    this.#state.dataset.state = status.state;
    setText(this.#state, STATES[status.state]);
    setText(this.#about, about(status, this.#now));
    for (const [index, [, value]] of TILES.entries()) setLongText(this.#values[index], value(status, rates));
    this.#certificates.show(status.certificates, ({ name }) => name);
  }

  /** @returns {import("./keyed-list.js").Row<Certificate>} */
  #certificateRow() {
    const [row, name, left] = ["li", "bdi", "span"].map((tag) => document.createElement(tag));
    row.append(name, " ", left);
    const show = (/** @type {Certificate} */ certificate) => {
      const { state, text } = validity(certificate, this.#now);
      row.dataset.state = state;
      setLongText(name, certificate.name || "Certificate");
      setText(left, text);
    };
    return { element: row, show };
  }
}

/**
 * @param {HTMLElement} tiles
 * @param {string} name
 */
function addTile(tiles, name) {
  const [tile, term, value] = ["div", "dt", "dd"].map((tag) => document.createElement(tag));
  term.textContent = name;
  tile.append(term, value);
  tiles.append(tile);
  return value;
}

/**
 * @param {Status} status
 * @param {number} now in seconds
 */
function about({ version, startedAt }, now) {
  const running = startedAt === null ? "" : `up ${duration(now - startedAt)}`;
  return [version && `Version ${version}`, running].filter(Boolean).join(", ");
}

/**
 * @param {Map<string, number>} amounts
 * @param {(value: number) => string} format
 */
function parts(amounts, format) {
  // Name and value stay on one line.
  return [...amounts].map(([name, value]) => `${name}\u00a0${format(value)}`).join(", ") || UNKNOWN;
}
