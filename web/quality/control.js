// SPDX-License-Identifier: Apache-2.0

import { Timer } from "../clock.js";
import { Grader } from "./grade.js";
import { limitSender } from "./limit-sender.js";
import { compare, readStatistics } from "./measure.js";
import { QualityNews } from "./news.js";
import { LinkPace, UplinkPace } from "./pace.js";
import { plan, UPLINK, WHOLE } from "./plan.js";

/** @typedef {import("../protocol.js").ServerMessage} ServerMessage */
/** @typedef {import("../peer-link.js").PeerLink} PeerLink */
/** @typedef {import("./grade.js").Grade} Grade */
/** @typedef {import("./grade.js").Reason} Reason */
/** @typedef {import("./measure.js").Measurement} Measurement */
/** @typedef {import("./measure.js").Reading} Reading */
/** @typedef {import("./plan.js").Captured} Captured */
/** @typedef {import("./plan.js").Share} Share */
/** @typedef {import("./plan.js").View} View */

/**
 * @typedef {Pick<PeerLink, "state" | "statistics" | "senders">} Link
 *
 * @typedef {object} Quality Of the connection to one person.
 * @property {Grade} grade
 * @property {Reason | null} reason
 * @property {Measurement | null} measurement
 *
 * @typedef {object} QualityOptions
 * @property {() => ReadonlyMap<string, Link>} links by id
 * @property {() => Captured} captured
 * @property {(id: string, quality: Quality) => void} onQuality at each look
 * @property {(id: string, news: "poor" | "good") => void} onNews
 * @property {import("../clock.js").Clock} clock
 */

const INTERVAL = 2000;

/** What is known of one person's connection. */
class Watched {
  pace = new LinkPace();
  grader = new Grader();
  news = new QualityNews();
  view = WHOLE;
  /** @type {Reading | null} */
  reading = null;
  /** @type {Measurement | null} */
  measurement = null;
}

/** Looks at all connections of a call again and again, and has each of them carry what it can. */
export class QualityControl {
  #options;
  #timer;
  #uplink = new UplinkPace();
  /**
   * By id.
   *
   * @type {Map<string, Watched>}
   */
  #watched = new Map();
  #lookedAt;
  /**
   * What each has now.
   *
   * @type {Map<string, Share>}
   */
  #shares = new Map();
  #closed = false;

  /** @param {QualityOptions} options */
  constructor(options) {
    this.#options = options;
    this.#timer = new Timer(options.clock);
    this.#lookedAt = options.clock.now();
    this.#schedule();
  }

  /** @param {ServerMessage} message */
  receive(message) {
    switch (message.type) {
      case "joined":
        return this.#watched.clear();
      case "peer-left":
        this.#watched.delete(message.peerId);
        return this.adjust();
      case "peer-joined":
        return this.adjust();
      case "view":
        if (this.#isThere(message.from)) this.#of(message.from).view = { ...WHOLE, ...message.view };
        return this.adjust();
      case "peer-congestion":
        if (this.#isThere(message.peerId)) this.#congestion(message);
        return this.adjust();
    }
  }

  /** What each gets may be another now: people came or went, or we have more or less to send. */
  adjust() {
    const { links, captured } = this.#options;
    const viewers = [...links().keys()].map((id) => {
      const { view, pace } = this.#of(id);
      return { id, view, limit: pace.limit };
    });
    this.#shares = plan(this.#uplink.budget, captured(), viewers);
    for (const [id, link] of links()) this.#apply(link, this.#shares.get(id));
  }

  /**
   * @param {string} id
   * @returns {Quality}
   */
  of(id) {
    const { grader: { grade, reason }, measurement } = this.#of(id);
    return { grade, reason, measurement };
  }

  close() {
    this.#closed = true;
    this.#timer.stop();
  }

  /** @param {string} id */
  #isThere(id) {
    return this.#options.links().has(id);
  }

  /** @param {string} id */
  #of(id) {
    const watched = this.#watched.get(id) ?? new Watched();
    this.#watched.set(id, watched);
    return watched;
  }

  /** @param {import("../protocol.js").CongestionMessage} message */
  #congestion({ peerId, congested, dropped = 0 }) {
    const { pace, measurement } = this.#of(peerId);
    if (!congested) return pace.relieve();
    const { camera, screen } = this.#shares.get(peerId) ?? { camera: { bitrate: UPLINK }, screen: { bitrate: 0 } };
    const sent = Math.min(camera.bitrate + screen.bitrate, measurement?.sent ?? Infinity);
    pace.slowDown(dropped, sent, this.#options.clock.now());
  }

  /**
   * @param {Link} link
   * @param {Share | undefined} share
   */
  #apply({ senders }, share) {
    if (!share) return;
    for (const kind of /** @type {const} */ (["audio", "sound", "camera", "screen"])) {
      const sender = senders[kind];
      if (sender?.track) void limitSender(sender, kind, share[kind]);
    }
  }

  #schedule() {
    this.#timer.start(INTERVAL, () => void this.#look());
  }

  async #look() {
    const links = [...this.#options.links()];
    const reports = await Promise.all(links.map(([, link]) => link.statistics().catch(() => null)));
    if (this.#closed) return;
    const now = this.#options.clock.now();
    const elapsed = now - this.#lookedAt;
    this.#lookedAt = now;
    links.forEach(([id, link], index) => this.#judge(id, link, reports[index], now));
    this.#uplink.take(this.#sending(), elapsed);
    for (const [id] of links) this.#of(id).pace.advance(elapsed, now);
    this.adjust();
    this.#schedule();
  }

  /**
   * @param {string} id
   * @param {Link} link
   * @param {RTCStatsReport | null} report
   * @param {number} now
   */
  #judge(id, link, report, now) {
    if (!this.#isThere(id)) return;
    const watched = this.#of(id);
    const reading = report && readStatistics(report, now);
    watched.measurement = reading && watched.reading && compare(watched.reading, reading);
    watched.reading = reading;
    const { grader, measurement, pace, news } = watched;
    grader.take({ state: link.state, measurement, isCongested: pace.isCongested });
    this.#options.onQuality(id, this.of(id));
    const said = news.take(grader.grade, now);
    if (said) this.#options.onNews(id, said);
  }

  /** The connections that pictures are sent over. */
  #sending() {
    return [...this.#watched.values()].flatMap(({ measurement }) => (measurement?.outgoing ? [measurement] : []));
  }
}
