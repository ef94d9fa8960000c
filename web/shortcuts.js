// SPDX-License-Identifier: Apache-2.0

/**
 * @typedef {"audio" | "video" | "share" | "hand" | "chat" | "room" | "layout" | "full-screen" | "small-window"
 *   | "settings" | "help" | "unpin" | `pin-${number}`} ShortcutAction
 *
 * @typedef {object} Shortcut A line of the help.
 * @property {string[]} keys as they are shown
 * @property {string} text
 */

/** @type {Map<string, [action: ShortcutAction, text: string]>} */
const KEYS = new Map([
  ["m", ["audio", "Mute or unmute"]],
  ["v", ["video", "Turn the camera off or on"]],
  ["s", ["share", "Share the screen, or stop"]],
  ["h", ["hand", "Raise or lower your hand"]],
  ["c", ["chat", "Open or close the chat"]],
  ["p", ["room", "Open or close people and room"]],
  ["l", ["layout", "Show all alike, or the speaker large"]],
  ["0", ["unpin", "Show nobody large"]],
  ["f", ["full-screen", "Full screen"]],
  ["w", ["small-window", "Show the large picture in a small window"]],
  ["d", ["settings", "Choose camera, microphone and speaker"]],
  ["?", ["help", "Show these shortcuts"]],
]);

/** @type {Shortcut} */
const PIN = { keys: ["1", "9"], text: "Show the first … ninth picture large" };
/** @type {Shortcut} */
const TALK = { keys: ["Space"], text: "Speak as long as it is held, with push to talk" };

/** @type {Shortcut[]} */
export const SHORTCUTS = [
  ...[...KEYS].map(([key, [, text]]) => ({ keys: [key.toUpperCase()], text })),
  PIN,
  TALK,
];

/** @typedef {Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "altKey" | "metaKey" | "repeat">} Press */

/**
 * What a key asks for. Keys that are held, or held together with others, are the browser's.
 *
 * @param {Press} press
 * @returns {ShortcutAction | undefined}
 */
export function shortcutFor(press) {
  if (press.ctrlKey || press.altKey || press.metaKey || press.repeat) return undefined;
  const key = latinKey(press);
  if (/^[1-9]$/.test(key)) return `pin-${Number(key)}`;
  return KEYS.get(key)?.[0];
}

/**
 * On a keyboard with other letters the place of the key counts.
 *
 * @param {Press} press
 */
function latinKey({ key, code }) {
  const isLetterElsewhere = key.length === 1 && key > "\u007f";
  return isLetterElsewhere && /^Key[A-Z]$/.test(code) ? code.slice(3).toLowerCase() : key.toLowerCase();
}
