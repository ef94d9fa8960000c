// SPDX-License-Identifier: Apache-2.0

import { copyOf, part, setLongText, setText } from "./dom.js";
import { duration, plural } from "./format.js";
import { KeyedList } from "./keyed-list.js";
import { memberName } from "./words.js";

/** @typedef {import("./listings.js").Member} Member */
/** @typedef {import("./listings.js").Room} Room */
/** @typedef {import("./rooms-list.js").RoomActions} RoomActions */
/** @typedef {{ room: Room, now: number }} ShownRoom `now` by the server's clock, in seconds since 1970 */
/** @typedef {ShownRoom & { member: Member }} ShownMember */

/** One room, with who is in it. */
export class RoomCard {
  #end;
  #members;
  /** @type {Room | null} */
  #room = null;

  /**
   * @param {RoomActions} actions
   * @param {() => void} onFocusLost
   */
  constructor(actions, onFocusLost) {
    this.element = copyOf("room-template");
    this.#end = part(this.element, ".room-head button", HTMLButtonElement);
    this.#end.addEventListener("click", () => this.#room && actions.endRoom(this.#room));
    this.#members = new KeyedList(part(this.element, ".members"), () => memberRow(actions), onFocusLost);
  }

  /** @param {ShownRoom} shown */
  show({ room, now }) {
    this.#room = room;
    setLongText(part(this.element, "h3 bdi"), room.name || "–");
    setText(part(this.element, ".marks"), marks(room));
    this.#end.setAttribute("aria-label", `End room ${room.name}`);
    this.#end.hidden = !room.id;
    this.#members.show(room.members.map((member) => ({ room, now, member })), ({ member }) => member.id);
  }
}

/** @param {Room} room */
function marks({ members, isLocked, hasPIN, waiting }) {
  const people = plural(members.length, "person", "people");
  const door = [isLocked && "locked", hasPIN && "PIN", waiting > 0 && `${waiting}\u00a0waiting`];
  return [people, ...door].filter(Boolean).join(", ");
}

/**
 * @param {RoomActions} actions
 * @returns {import("./keyed-list.js").Row<ShownMember>}
 */
function memberRow(actions) {
  const row = copyOf("member-template");
  const end = part(row, "button", HTMLButtonElement);
  /** @type {ShownMember | null} */
  let shown = null;
  end.addEventListener("click", () => shown && actions.endMember(shown.member, shown.room));
  const show = (/** @type {ShownMember} */ next) => {
    shown = next;
    const { member, now } = next;
    setLongText(part(row, "bdi"), memberName(member));
    const since = member.joinedAt === null ? "" : `for ${duration(now - member.joinedAt)}`;
    const about = [member.isAway && "reconnecting", member.address, since];
    setLongText(part(row, ".member-about"), about.filter(Boolean).join(", "));
    end.setAttribute("aria-label", `Take ${memberName(member)} out of ${next.room.name}`);
    end.hidden = !member.id;
  };
  return { element: row, show };
}
