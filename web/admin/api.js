// SPDX-License-Identifier: Apache-2.0

import { readRooms, readSessions } from "./listings.js";
import { AdminProblem, problemOf } from "./problem.js";
import { readStatus } from "./status.js";
import { amount, fields, text } from "./values.js";

/** @typedef {import("../clock.js").Clock} Clock */
/** @typedef {{ session: string } | { user: string } | { member: string } | { room: string }} Target */
/** @typedef {"bytes" | "rate" | "age" | "queue"} ServerSort what the server chooses by when it does not give all */

const ROOT = "/admin/api/";

/** An answer takes no longer, in milliseconds. */
const PATIENCE = 10_000;

/** Speaks with the server. The token is in the header of each request and nowhere else. */
export class AdminAPI {
  #fetch;
  #clock;
  #token;

  /**
   * @param {(path: string, options: RequestInit) => Promise<Response>} fetch
   * @param {Clock} clock
   * @param {string} token
   */
  constructor(fetch, clock, token) {
    this.#fetch = fetch;
    this.#clock = clock;
    this.#token = token;
  }

  async status() {
    return readStatus(await this.#request("GET", "status"));
  }

  /**
   * @param {number} limit
   * @param {ServerSort} sort
   */
  async sessions(limit, sort) {
    return readSessions(await this.#request("GET", `sessions?limit=${limit}&sort=${sort}`));
  }

  /** @param {number} limit */
  async rooms(limit) {
    return readRooms(await this.#request("GET", `rooms?limit=${limit}`));
  }

  /**
   * @param {Target} target
   * @returns {Promise<number | null>} how many ended, null if the server does not say
   */
  async kick(target) {
    return amount(fields(await this.#request("POST", "kick", target)).ended);
  }

  async drain() {
    await this.#request("POST", "drain", {});
  }

  async serve() {
    await this.#request("POST", "drain", { state: "serving" });
  }

  /** @param {string} level */
  async setLogLevel(level) {
    await this.#request("PUT", "loglevel", { level });
  }

  /**
   * @param {"GET" | "POST" | "PUT"} method
   * @param {string} path
   * @param {object} [body]
   * @returns {Promise<unknown>}
   * @throws {AdminProblem}
   */
  async #request(method, path, body) {
    const controller = new AbortController();
    const timer = this.#clock.setTimeout(() => controller.abort(), PATIENCE);
    try {
      const response = await this.#fetch(ROOT + path, {
        method,
        headers: {
          Authorization: `Bearer ${this.#token}`,
          ...(body && { "Content-Type": "application/json" }),
        },
        body: body && JSON.stringify(body),
        cache: "no-store",
        credentials: "omit",
        redirect: "error",
        signal: controller.signal,
      });
      const value = await json(response, controller.signal);
      if (!response.ok) throw problemOf(response.status, text(fields(value).error));
      if (value === undefined) throw new AdminProblem("odd");
      return value;
    } catch (error) {
      throw error instanceof AdminProblem ? error : new AdminProblem("offline");
    } finally {
      this.#clock.clearTimeout(timer);
    }
  }
}

/**
 * @param {Response} response
 * @param {AbortSignal} signal
 * @returns {Promise<unknown>} undefined for what is no JSON
 */
async function json(response, signal) {
  // What is cut off in the middle is no answer, and no odd one either.
  const body = await response.text();
  if (signal.aborted) throw new AdminProblem("offline");
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/**
 * Whether it can be a token at all: what is not visible ASCII cannot be in a header.
 *
 * @param {string} token
 */
export function isSendable(token) {
  return /^[\x21-\x7e]+$/.test(token);
}
