// SPDX-License-Identifier: Apache-2.0

/** @typedef {import("./control.js").Quality} Quality */
/** @typedef {import("./grade.js").Grade} Grade */
/** @typedef {import("./grade.js").Reason} Reason */
/** @typedef {import("./measure.js").Picture} Picture */

const CLOSER = "Come closer to the Wi-Fi, or end what else uses the network.";

/**
 * What is wrong and what to do.
 *
 * @type {Record<Reason, (name: string) => [text: string, advice: string]>}
 */
const REASONS = {
  interrupted: () => ["It was interrupted a moment ago.", ""],
  loss: (name) => [`Part of what ${name} sends is lost on the way to you.`, CLOSER],
  delay: () => ["What you say is heard late.", CLOSER],
  frozen: (name) => [`The picture of ${name} stands still again and again.`, CLOSER],
  "slow-there": (name) => [
    `${name} receives more slowly than you send.`,
    `Your picture gets smaller for ${name} until it fits. You need not do anything.`,
  ],
  "loss-there": (name) => [`Part of what you send is lost on the way to ${name}.`, CLOSER],
};

/** @type {Record<Grade, string>} */
export const GRADES = { unknown: "not known yet", good: "good", poor: "poor", lost: "lost" };

/**
 * One sentence or two for the whole connection.
 *
 * @param {Pick<Quality, "grade" | "reason">} quality
 * @param {string} name
 * @returns {{ text: string, advice: string }}
 */
export function verdictOn({ grade, reason }, name) {
  if (grade === "unknown") return { text: "Not known yet.", advice: "" };
  if (grade === "good") return { text: "Good.", advice: "" };
  if (grade === "lost") return { text: "Lost. It is being restored.", advice: "If that takes long, check the network." };
  const [text, advice] = REASONS[reason ?? "interrupted"](name);
  return { text: `Poor. ${text}`, advice };
}

/** @param {number | null} seconds */
export function timeText(seconds) {
  return seconds === null ? "–" : `${Math.round(seconds * 1000)} ms`;
}

/** @param {number} part from 0 to 1 */
export function percentText(part) {
  const percent = part * 100;
  return `${percent > 0 && percent < 10 ? percent.toFixed(1) : Math.round(percent)} %`;
}

/** @param {number} bits in a second */
export function rateText(bits) {
  return bits < 1e6 ? `${Math.round(bits / 1000)} kbit/s` : `${(bits / 1e6).toFixed(1)} Mbit/s`;
}

/** @param {Picture | null} picture */
export function pictureText(picture) {
  if (!picture) return "no picture";
  const { width, height, rate, codec } = picture;
  return [`${width} × ${height}`, `${Math.round(rate)} a second`, codec].filter(Boolean).join(", ");
}
