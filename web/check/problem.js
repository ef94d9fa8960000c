// SPDX-License-Identifier: Apache-2.0

/** Why a step did not pass: a word for the program (words.js has the sentences), and what an expert may ask for. */
export class Problem extends Error {
  /**
   * @param {string} code
   * @param {string[]} [details] technical lines for the report
   */
  constructor(code, details = []) {
    super(code);
    this.code = code;
    this.details = details;
  }
}
