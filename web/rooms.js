// SPDX-License-Identifier: Apache-2.0

const DEFAULT_ROOM = "default";
const ROOM_PREFIX = "/r/";

/** The longest room name and the longest name of a person that the server takes. */
const NAME_LIMIT = 64;

/**
 * The room a page address asks for: `/r/NAME`, or `/?room=NAME` as older links have it, or "default".
 *
 * @param {{ pathname: string, search: string }} address
 */
export function roomName({ pathname, search }) {
  const inPath = pathname.startsWith(ROOM_PREFIX) ? decoded(pathname.slice(ROOM_PREFIX.length)) : "";
  return oneLine(inPath || (new URLSearchParams(search).get("room") ?? "")) || DEFAULT_ROOM;
}

/** @param {string} room */
export function isDefaultRoom(room) {
  return room === DEFAULT_ROOM;
}

/**
 * The path of the link that leads others into a room.
 *
 * @param {string} room
 */
export function roomPath(room) {
  return isDefaultRoom(room) ? "/" : ROOM_PREFIX + encodeURIComponent(room);
}

/**
 * A room name that nobody guesses (about 60 bits) and that can be read aloud: "bako-semi-tuvo-leri-dago".
 *
 * @param {(bytes: Uint8Array) => Uint8Array} fillRandom
 */
export function newRoomName(fillRandom) {
  const bytes = [...fillRandom(new Uint8Array(10))];
  const syllables = bytes.map((byte) => "bdfgklmnprstvzhj"[byte >> 4] + "aeiou"[byte % 5]);
  return Array.from({ length: 5 }, (_, word) => syllables.slice(2 * word, 2 * word + 2).join("")).join("-");
}

/**
 * Text as the server takes it for names: one line, without control characters, not too long.
 *
 * @param {string} text
 */
export function oneLine(text) {
  const line = text.replace(/[\p{Cc}\p{Cs}\u2028\u2029]+/gu, " ").trim();
  return Array.from(line).slice(0, NAME_LIMIT).join("").trim();
}

/**
 * Text as the server takes it for chat: of the control characters only line feed and tab, and no half of a character.
 *
 * @param {string} text
 */
export function paragraphs(text) {
  return text.replace(/(?![\n\t])[\p{Cc}\p{Cs}]/gu, "").trim();
}

/** @param {string} text */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
