// SPDX-License-Identifier: Apache-2.0

/** @typedef {import("./plan.js").Limit} Limit */
/** @typedef {import("./plan.js").Share} Share */

/**
 * What a stream is worth beside the others of its connection, and what of it goes first when there is too little.
 *
 * @type {Record<keyof Share, { priority: RTCPriorityType, preference?: RTCDegradationPreference }>}
 */
const KINDS = {
  audio: { priority: "high" },
  sound: { priority: "high" },
  screen: { priority: "medium", preference: "maintain-resolution" },
  camera: { priority: "low", preference: "balanced" },
};

/**
 * The latest, of those that are being set.
 *
 * @type {WeakMap<RTCRtpSender, Limit>}
 */
const wishes = new WeakMap();

/**
 * Has a browser send a stream within its limit.
 *
 * @param {RTCRtpSender} sender
 * @param {keyof Share} kind
 * @param {Limit} limit
 */
export async function limitSender(sender, kind, limit) {
  const isBusy = wishes.has(sender);
  wishes.set(sender, limit);
  if (isBusy) return;
  for (let wish; wish !== wishes.get(sender);) {
    wish = /** @type {Limit} */ (wishes.get(sender));
    await set(sender, kind, wish);
  }
  wishes.delete(sender);
}

/**
 * What the browser does not take now is set the next time.
 *
 * @param {RTCRtpSender} sender
 * @param {keyof Share} kind
 * @param {Limit} limit
 */
async function set(sender, kind, limit) {
  const parameters = sender.getParameters();
  const encoding = parameters.encodings?.[0];
  // Before the first negotiation some browsers have none.
  if (!encoding) return;
  const { priority, preference } = KINDS[kind];
  const wanted = { ...encodingOf(limit), priority };
  const isSet = Object.entries(wanted).every(([name, value]) => /** @type {any} */ (encoding)[name] === value);
  if (isSet) return;
  Object.assign(encoding, wanted);
  if (preference) parameters.degradationPreference = preference;
  // Fails when the connection has changed meanwhile, or is closed.
  await sender.setParameters(parameters).catch(() => {});
}

/** @param {Limit} limit */
function encodingOf({ isActive, bitrate, scale, rate }) {
  if (!isActive) return { active: false };
  if (rate === 0) return { active: true, maxBitrate: bitrate };
  return { active: true, maxBitrate: bitrate, maxFramerate: rate, scaleResolutionDownBy: scale };
}
