// SPDX-License-Identifier: Apache-2.0

/**
 * Why the server did not do what was asked:
 * - `offline`: there is no connection, or no answer in time.
 * - `unauthorized`: the token is not that of the server (401).
 * - `limited`: too many wrong tokens came from this address (429).
 * - `missing`: there is no such thing, or no admin API at all (404).
 * - `busy`: the server, or a proxy before it, cannot answer now (502, 503, 504).
 * - `refused`: any other status.
 * - `odd`: what came is not what an admin API says.
 *
 * @typedef {"offline" | "unauthorized" | "limited" | "missing" | "busy" | "refused" | "odd"} ProblemKind
 */
export class AdminProblem extends Error {
  /**
   * @param {ProblemKind} kind
   * @param {string} [sentence] in the server's words
   */
  constructor(kind, sentence = "") {
    super(sentence || kind);
    this.kind = kind;
    this.sentence = sentence;
  }
}

/** @type {Record<number, ProblemKind>} */
const KINDS = { 401: "unauthorized", 404: "missing", 429: "limited", 502: "busy", 503: "busy", 504: "busy" };

/**
 * @param {number} status of HTTP
 * @param {string} sentence
 */
export function problemOf(status, sentence) {
  return new AdminProblem(KINDS[status] ?? "refused", sentence);
}
