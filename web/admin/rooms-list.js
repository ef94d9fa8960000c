// SPDX-License-Identifier: Apache-2.0

import { element } from "../ui/elements.js";
import { setText } from "./dom.js";
import { KeyedList } from "./keyed-list.js";
import { RoomCard } from "./room-card.js";
import { partSentence } from "./words.js";

/** @typedef {import("./listings.js").Member} Member */
/** @typedef {import("./listings.js").Room} Room */
/** @typedef {import("./watch.js").Scene} Scene */

/**
 * @typedef {object} RoomActions
 * @property {(room: Room) => void} endRoom
 * @property {(member: Member, room: Room) => void} endMember
 */

/** Who is in calls. */
export class RoomsList {
  #rows;
  #part = element("rooms-part", HTMLElement);
  #empty = element("no-rooms", HTMLElement);

  /** @param {RoomActions} actions */
  constructor(actions) {
    const title = element("rooms-title", HTMLElement);
    const onFocusLost = () => title.focus();
    this.#rows = new KeyedList(element("rooms", HTMLElement), () => new RoomCard(actions, onFocusLost), onFocusLost);
  }

  /** @param {Scene} scene */
  show({ rooms, sample }) {
    const now = sample?.status.now ?? (sample?.at ?? 0) / 1000;
    this.#rows.show(rooms.shown.map((room) => ({ room, now })), ({ room }) => room.id);
    setText(this.#part, partSentence(rooms.shown.length, rooms.total));
    this.#empty.hidden = rooms.shown.length > 0;
  }
}
