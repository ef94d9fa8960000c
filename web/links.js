// SPDX-License-Identifier: Apache-2.0

/** @typedef {{ text: string, href?: string }} Part */

/**
 * Only what a browser opens as a page: no `javascript:`, no `data:`, nothing without a scheme; and nothing that shows an
 * address in another order than it has.
 */
const ADDRESS = /\bhttps?:\/\/[^\s<>"\p{Bidi_Control}]+/giu;
/** What ends a sentence is no part of the address before it. */
const SENTENCE_END = /[.,:;!?'’”*_]+$/u;

/**
 * Splits text into plain parts and links. The parts together are the text.
 *
 * @param {string} text
 * @returns {Part[]}
 */
export function linkParts(text) {
  /** @type {Part[]} */
  const parts = [];
  let end = 0;
  for (const { 0: found, index = 0 } of text.matchAll(ADDRESS)) {
    const address = withoutTail(found);
    const href = safeAddress(address);
    if (!href) continue;
    if (index > end) parts.push({ text: text.slice(end, index) });
    parts.push({ text: address, href });
    end = index + address.length;
  }
  if (end < text.length) parts.push({ text: text.slice(end) });
  return parts;
}

/**
 * @param {string} address
 * @returns {string}
 */
function withoutTail(address) {
  const trimmed = address.replace(SENTENCE_END, "");
  // "(see https://example.com/a_(b))": a bracket that was not opened within belongs to the sentence.
  const isOpen = trimmed.split("(").length < trimmed.split(")").length;
  return trimmed.endsWith(")") && isOpen ? withoutTail(trimmed.slice(0, -1)) : trimmed;
}

/**
 * An address with a user name in front of the host is made to look like another one.
 *
 * @param {string} address
 */
function safeAddress(address) {
  try {
    const url = new URL(address);
    return /^https?:$/.test(url.protocol) && !url.username && !url.password ? url.href : null;
  } catch {
    return null;
  }
}
