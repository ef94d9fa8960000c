// SPDX-License-Identifier: Apache-2.0

import { element } from "../ui/elements.js";
import { setText } from "./dom.js";
import { KeyedList } from "./keyed-list.js";
import { FIRST_ORDER, matching, nextOrder, serverSort, sorted } from "./order.js";
import { SessionRow } from "./session-row.js";
import { membersByUser, partSentence } from "./words.js";

/** @typedef {import("./api.js").ServerSort} ServerSort */
/** @typedef {import("./listings.js").Session} Session */
/** @typedef {import("./order.js").Column} Column */
/** @typedef {import("./order.js").Order} Order */
/** @typedef {import("./watch.js").Scene} Scene */

/** How many sessions are asked for: at first, and when somebody wants more (the server gives no more). */
const SOME = 100;
const MANY = 1000;

/**
 * @typedef {object} SessionActions
 * @property {(session: Session) => void} end
 * @property {(limit: number, sort: ServerSort) => void} choose which sessions the server gives
 */

/** Who uses the relay. */
export class SessionsTable {
  #actions;
  #filter = element("filter", HTMLInputElement);
  #sort = element("sort", HTMLSelectElement);
  #more = element("more-sessions", HTMLButtonElement);
  #part = element("sessions-part", HTMLElement);
  #empty = element("no-sessions", HTMLElement);
  #headers = [...document.querySelectorAll("th")];
  #rows;
  #limit = SOME;
  /** @type {Order} */
  #order = FIRST_ORDER;
  /** @type {Scene | null} */
  #scene = null;

  /** @param {SessionActions} actions */
  constructor(actions) {
    this.#actions = actions;
    const title = element("sessions-title", HTMLElement);
    const body = element("sessions", HTMLElement);
    this.#rows = new KeyedList(body, () => new SessionRow(actions.end), () => title.focus());
    this.#filter.addEventListener("input", () => this.#render());
    this.#more.addEventListener("click", () => this.#showMore(title));
    this.#sort.addEventListener("change", () =>
      this.#use(nextOrder({ column: "drops", isDescending: false }, /** @type {Column} */ (this.#sort.value))));
    for (const header of this.#headers) {
      const button = header.querySelector("button");
      const column = /** @type {Column} */ (button?.dataset.column);
      button?.addEventListener("click", () => this.#use(nextOrder(this.#order, column)));
    }
    this.#markOrder();
  }

  /** @param {Scene} scene */
  show(scene) {
    this.#scene = scene;
    this.#render();
  }

  /** @param {Order} order */
  #use(order) {
    this.#order = order;
    this.#markOrder();
    this.#render();
    this.#actions.choose(this.#limit, serverSort(order));
  }

  /** @param {HTMLElement} title */
  #showMore(title) {
    this.#limit = MANY;
    // The button goes.
    title.focus();
    this.#actions.choose(this.#limit, serverSort(this.#order));
  }

  #markOrder() {
    const { column, isDescending } = this.#order;
    this.#sort.value = column;
    for (const header of this.#headers) {
      const isSorted = header.querySelector("button")?.dataset.column === column;
      if (isSorted) header.setAttribute("aria-sort", isDescending ? "descending" : "ascending");
      else header.removeAttribute("aria-sort");
    }
  }

  #render() {
    if (!this.#scene) return;
    const { sessions, sessionRates, sample, rooms } = this.#scene;
    const members = membersByUser(rooms.shown);
    const shown = sorted(matching(sessions.shown, this.#filter.value, members), sessionRates, this.#order);
    const now = sample?.status.now ?? (sample?.at ?? 0) / 1000;
    const items = shown.map((session) =>
      ({ session, who: members.get(session.user) ?? "", rate: sessionRates.get(session.id) ?? null, now }));
    this.#rows.show(items, ({ session }) => session.id);
    setText(this.#part, partSentence(shown.length, sessions.total));
    setText(this.#empty, sessions.shown.length ? "No session matches." : "No sessions.");
    this.#empty.hidden = shown.length > 0;
    this.#more.hidden = this.#limit === MANY || sessions.total <= sessions.shown.length;
  }
}
