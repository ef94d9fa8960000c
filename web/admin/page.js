// SPDX-License-Identifier: Apache-2.0

import { element } from "../ui/elements.js";
import { setText } from "./dom.js";
import { LogForm } from "./log-form.js";
import { Overview } from "./overview.js";
import { AdminProblem } from "./problem.js";
import { QuestionDialog } from "./question.js";
import { RoomsList } from "./rooms-list.js";
import { SessionsTable } from "./sessions-table.js";
import * as words from "./words.js";

/** @typedef {import("./api.js").AdminAPI} AdminAPI */
/** @typedef {import("./api.js").Target} Target */
/** @typedef {import("./watch.js").Watch} Watch */

/** How long it is told what was done, in milliseconds. */
const NOTICE_DURATION = 10_000;

/** What is seen and done by who is signed in. */
export class AdminPage {
  #api;
  #watch;
  #question = new QuestionDialog();
  #overview = new Overview();
  #sessions;
  #rooms;
  #log = new LogForm((level) => void this.#setLogLevel(level));
  #drain = element("drain", HTMLButtonElement);
  #notice = element("notice", HTMLElement);
  #noticeTimer = 0;

  /**
   * @param {AdminAPI} api
   * @param {Watch} watch
   */
  constructor(api, watch) {
    this.#api = api;
    this.#watch = watch;
    this.#sessions = new SessionsTable({
      end: (session) => this.#askToEnd(
        words.endSessionQuestion(session), { session: session.id }, "session", "sessions-title"),
      choose: (limit, sort) => watch.choose(limit, sort),
    });
    this.#rooms = new RoomsList({
      endRoom: (room) => this.#askToEnd(words.endRoomQuestion(room), { room: room.id }, "call", "rooms-title"),
      endMember: (member, room) => this.#askToEnd(
        words.endMemberQuestion(member, room), { member: member.id }, "call", "rooms-title"),
    });
    this.#drain.addEventListener("click", () => this.#askToDrain());
    element("signed-in", HTMLElement).hidden = false;
  }

  show() {
    const { scene } = this.#watch;
    this.#overview.show(this.#watch);
    this.#sessions.show(scene);
    this.#rooms.show(scene);
    const status = scene.sample?.status;
    this.#log.show(status?.logLevel ?? "");
    this.#drain.hidden = !status?.state;
    setText(this.#drain, this.#isDraining ? "Take back…" : "Drain…");
  }

  get #isDraining() {
    return this.#watch.scene.sample?.status.state === "draining";
  }

  /**
   * @param {words.Question} question
   * @param {Target} target
   * @param {string} what ends, in the singular
   * @param {string} home the id of where the focus goes when the row is gone
   */
  #askToEnd(question, target, what, home) {
    this.#question.ask(question, async () => {
      const ended = await this.#api.kick(target);
      this.#tell(words.endedSentence(ended, what));
    }, element(home, HTMLElement));
  }

  #askToDrain() {
    const isDraining = this.#isDraining;
    this.#question.ask(isDraining ? words.SERVE_QUESTION : words.DRAIN_QUESTION, async () => {
      await (isDraining ? this.#api.serve() : this.#api.drain());
      this.#tell(isDraining ? "The server is back in service." : "The server drains.");
    }, this.#drain);
  }

  /** @param {string} level */
  async #setLogLevel(level) {
    try {
      await this.#api.setLogLevel(level);
      this.#tell(`The server logs ${level} and above now.`);
    } catch (error) {
      this.#tell(words.refusalSentence(error instanceof AdminProblem ? error : new AdminProblem("odd")));
    }
  }

  /**
   * What has happened, and how it looks now.
   *
   * @param {string} text
   */
  #tell(text) {
    setText(this.#notice, text);
    clearTimeout(this.#noticeTimer);
    this.#noticeTimer = setTimeout(() => setText(this.#notice, ""), NOTICE_DURATION);
    this.#watch.refresh();
  }
}
