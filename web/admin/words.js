// SPDX-License-Identifier: Apache-2.0

import { plural, timeOfDay } from "./format.js";

/** @typedef {import("./listings.js").Session} Session */
/** @typedef {import("./listings.js").Member} Member */
/** @typedef {import("./listings.js").Room} Room */
/** @typedef {import("./problem.js").AdminProblem} AdminProblem */
/** @typedef {import("./problem.js").ProblemKind} ProblemKind */
/** @typedef {import("./status.js").Certificate} Certificate */

/** A certificate that has fewer days left is a matter for the operator: renewal should have come long before. */
const DAYS_THAT_WARN = 14;
const DAY = 86_400;

/** @type {Record<ProblemKind, string>} */
const PROBLEMS = {
  offline: "The server does not answer.",
  unauthorized: "The server does not accept this token.",
  limited: "The server got too many wrong tokens from this address.",
  missing: "The server has no admin API: it needs --admin-token-file.",
  busy: "The server cannot answer now (503).",
  refused: "The server refused.",
  odd: "What came is no answer of an admin API.",
};

/** @type {Partial<Record<ProblemKind, string>>} */
const SIGN_IN_ADVICE = {
  offline: "Check the network and try again.",
  unauthorized: "Check that it is the whole text of the file that --admin-token-file names.",
  limited: "Wait a minute and try again.",
  busy: "Try again in a moment.",
};

/**
 * Why nobody is signed in.
 *
 * @param {AdminProblem} problem
 */
export function signInSentence({ kind, sentence }) {
  const own = kind === "refused" || kind === "busy" ? sentence : "";
  return [own || PROBLEMS[kind], SIGN_IN_ADVICE[kind] ?? ""].filter(Boolean).join(" ");
}

/**
 * Why what is shown is old. It does not change while that lasts: it is read out when it does.
 *
 * @param {AdminProblem} problem
 * @param {number | null} lastGoodAt in milliseconds
 */
export function troubleSentence({ kind, sentence }, lastGoodAt) {
  const why = (kind === "refused" && sentence) || PROBLEMS[kind];
  const since = lastGoodAt === null ? "" : ` What is shown is from ${timeOfDay(lastGoodAt)}.`;
  const next = kind === "unauthorized" ? "If it has a new one, sign out and in again." : "The page tries again by itself.";
  return `${why}${since} ${next}`;
}

/**
 * Why a change was not made.
 *
 * @param {AdminProblem} problem
 */
export function refusalSentence({ kind, sentence }) {
  return sentence || `${kind === "missing" ? "It is not there any more." : PROBLEMS[kind]} Nothing was changed.`;
}

/**
 * @param {Certificate} certificate
 * @param {number} now in seconds since 1970
 * @returns {{ state: "good" | "soon" | "expired" | "unknown", text: string }}
 */
export function validity({ expiresAt }, now) {
  if (expiresAt === null) return { state: "unknown", text: "end not known" };
  const days = Math.floor((expiresAt - now) / DAY);
  if (expiresAt <= now) return { state: "expired", text: "expired" };
  return { state: days < DAYS_THAT_WARN ? "soon" : "good", text: `${plural(days, "day")} left` };
}

/** @param {Session} session */
export function sessionName({ user, client }) {
  return user || client || "somebody unknown";
}

/**
 * Who uses a session, in words: in calls, the name of a user is the id of a member.
 *
 * @param {Room[]} rooms
 * @returns {Map<string, string>} by the name of the user
 */
export function membersByUser(rooms) {
  const pairs = rooms.flatMap((room) => room.members.map((member) =>
    /** @type {const} */ ([member.id, `${memberName(member)} in ${room.name}`])));
  return new Map(pairs.filter(([id]) => id));
}

/**
 * What a question is about, and what will happen.
 *
 * @typedef {object} Question
 * @property {string} title
 * @property {string} text
 * @property {string} action what the button says
 */

/**
 * @param {Session} session
 * @returns {Question}
 */
export function endSessionQuestion(session) {
  const from = session.client ? ` from ${session.client}` : "";
  return {
    title: "End this session?",
    text: `The session of ${sessionName(session)}${from} ends at once: its relayed address is gone, and all media `
      + "that goes through it stops. The client may come back with a new session as long as its credential is valid.",
    action: "End session",
  };
}

/**
 * @param {Room} room
 * @returns {Question}
 */
export function endRoomQuestion({ name, members, waiting }) {
  const door = waiting ? `, and ${plural(waiting, "person", "people")} at its door` : "";
  return {
    title: "End this room?",
    text: `The call in “${name}” ends at once for everybody: ${plural(members.length, "person", "people")} in `
      + `it${door}. Whoever has the address can start a new call there.`,
    action: "End room",
  };
}

/**
 * @param {Member} member
 * @param {Room} room
 * @returns {Question}
 */
export function endMemberQuestion(member, { name }) {
  return {
    title: "Take this person out?",
    text: `The call ends at once for ${memberName(member)} in “${name}”; for the others it goes on. `
      + "The person can join again unless the room is locked.",
    action: "Take out",
  };
}

/** @param {Member} member */
export function memberName({ name }) {
  return name || "Guest";
}

/** @type {Question} */
export const DRAIN_QUESTION = {
  title: "Drain the server?",
  text: "From now on nobody can join a call or make a new session here. Calls and sessions that are there go on. "
    + "A call whose media are interrupted meanwhile does not come back until the end of it. "
    + "The server does not end by itself, and you can take it back into service.",
  action: "Drain",
};

/** @type {Question} */
export const SERVE_QUESTION = {
  title: "Take the server back?",
  text: "The server accepts new calls and sessions again, at once.",
  action: "Take back",
};

/**
 * @param {number | null} ended
 * @param {string} what in the singular
 */
export function endedSentence(ended, what) {
  return ended === null ? `The ${what} has ended.` : `${plural(ended, what)} ended.`;
}

/**
 * @param {number} shown
 * @param {number} total
 */
export function partSentence(shown, total) {
  return `${shown.toLocaleString("en")} of ${total.toLocaleString("en")} shown`;
}
