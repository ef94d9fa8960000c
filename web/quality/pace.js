// SPDX-License-Identifier: Apache-2.0

import { UPLINK } from "./plan.js";

/**
 * How fast we may send, from what the relay and the browser tell. Down at once and by a factor, up slowly and by a step
 * (AIMD): so several who send to one person find their share of that person's link.
 *
 * | what is told | what follows |
 * |---|---|
 * | packets had to go | pictures for this person get 60 % of what was sent |
 * | packets wait for long | 80 % |
 * | nothing more, for 5 s, or that it is over | 50 kbit/s more with each second |
 * | everybody gets less than planned, and no more with time | our uplink is the narrow place: it has what arrives in all |
 */

const FACTOR_LOST = 0.6;
const FACTOR_LATE = 0.8;
/** In bit/s, for each second. */
const STEP = 50_000;
/** Less is no picture. In bit/s. */
const LEAST_LINK = 60_000;
const LEAST_UPLINK = 300_000;
/** A server that goes away tells of no end. In milliseconds. */
const MEMORY = 5000;
/** At the begin of a call, estimates grow. */
const STEADY_LOOKS = 3;
const STEADY = 1.05;

/** Of the pictures for one person. */
export class LinkPace {
  /** In bit/s. */
  #limit = Infinity;
  #toldAt = 0;
  #isCongested = false;

  get limit() {
    return this.#limit;
  }

  /** Whether the other one gets our media too late, as far as we know. */
  get isCongested() {
    return this.#isCongested;
  }

  /**
   * @param {number} dropped packets that had to go
   * @param {number} sent what we send to this person, in bit/s
   * @param {number} now in milliseconds
   */
  slowDown(dropped, sent, now) {
    const factor = dropped > 0 ? FACTOR_LOST : FACTOR_LATE;
    this.#limit = Math.max(LEAST_LINK, Math.round(Math.min(this.#limit, sent) * factor));
    [this.#toldAt, this.#isCongested] = [now, true];
  }

  relieve() {
    this.#isCongested = false;
  }

  /**
   * @param {number} elapsed since the last time, in milliseconds
   * @param {number} now in milliseconds
   */
  advance(elapsed, now) {
    if (this.#isCongested && now - this.#toldAt >= MEMORY) this.relieve();
    if (this.#isCongested) return;
    this.#limit += (STEP * elapsed) / 1000;
    if (this.#limit >= UPLINK) this.#limit = Infinity;
  }
}

/** What all streams together may have. */
export class UplinkPace {
  /** In bit/s. */
  #budget = UPLINK;
  #before = 0;
  #steadyLooks = 0;

  get budget() {
    return this.#budget;
  }

  /**
   * @param {{ uplink: number | null, isLimited: boolean }[]} links that pictures are sent over
   * @param {number} elapsed since the last time, in milliseconds
   */
  take(links, elapsed) {
    const sum = links.reduce((total, { uplink }) => total + (uplink ?? 0), 0);
    const isNarrow = links.length > 0 && links.every(({ uplink, isLimited }) => isLimited && uplink !== null);
    this.#steadyLooks = isNarrow && sum <= this.#before * STEADY ? this.#steadyLooks + 1 : 0;
    this.#before = sum;
    if (this.#steadyLooks >= STEADY_LOOKS) this.#budget = Math.max(LEAST_UPLINK, Math.min(this.#budget, sum));
    else if (!isNarrow) this.#budget = Math.min(UPLINK, this.#budget + (STEP * elapsed) / 1000);
  }
}
