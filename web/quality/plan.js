// SPDX-License-Identifier: Apache-2.0

/**
 * How much of our uplink each of the others gets, and as what pictures. In a mesh everybody gets a stream of their own.
 *
 * 1. The budget is what an ordinary link of 3 Mbit/s up carries beside headers, or less where less was measured (pace.js).
 * 2. Voices come first: 32 kbit/s for each of the others, and 48 more for the sound of a screen.
 * 3. Then the screen, but for 60 kbit/s that each camera keeps: faces stay.
 * 4. Then cameras. Who needs less, or takes less, leaves the rest to the others (max-min fairness).
 *
 * A camera is as good as its share pays for, and no better than it is shown at the other end:
 *
 * | height | from kbit/s | up to kbit/s | pictures a second |
 * |---|---|---|---|
 * | 720 | 1000 | 1700 | 30 |
 * | 540 | 650 | 1000 | 30 |
 * | 360 | 300 | 650 | 30 |
 * | 270 | 180 | 400 | 25 |
 * | 180 | 100 | 220 | 20 |
 * | 120 | 0 | 120 | 15 |
 *
 * So a camera has 720 lines among 2 and 3 people, 540 among 4, 360 among 5 to 8, and 270 among 9 and 10.
 *
 * A screen has to be read: it keeps its size, and has fewer pictures where there is less. Where it is shown smaller, it is
 * sent smaller, down to a half:
 *
 * | from kbit/s | pictures a second |
 * |---|---|
 * | 800 | 15 |
 * | 400 | 8 |
 * | 150 | 5 |
 * | 0 | 3, at half the size |
 *
 * @typedef {{ camera: number, screen: number }} View Heights at which somebody shows us, in pixels; 0 is not at all.
 * @typedef {{ id: string, view: View, limit: number }} Viewer `limit`: of all pictures together, in bit/s
 * @typedef {{ camera: number, screen: number, sound: boolean }} Captured Heights of what we have to send, 0 for nothing.
 *
 * @typedef {object} Limit Of one stream.
 * @property {boolean} isActive
 * @property {number} bitrate in bit/s
 * @property {number} scale by which width and height are divided
 * @property {number} rate in pictures a second, 0 for sound
 *
 * @typedef {{ audio: Limit, sound: Limit, camera: Limit, screen: Limit }} Share
 */

/** In bit/s. */
export const UPLINK = 2_400_000;
const VOICE = 32_000;
const SOUND = 48_000;
const CAMERA_RESERVE = 60_000;
const SCREEN_WISH = 1_500_000;
/** Browsers do not encode pictures for less. */
const LEAST = 30_000;

/** Highest first. */
const CAMERA = [
  { height: 720, from: 1_000_000, upTo: 1_700_000, rate: 30 },
  { height: 540, from: 650_000, upTo: 1_000_000, rate: 30 },
  { height: 360, from: 300_000, upTo: 650_000, rate: 30 },
  { height: 270, from: 180_000, upTo: 400_000, rate: 25 },
  { height: 180, from: 100_000, upTo: 220_000, rate: 20 },
  { height: 120, from: 0, upTo: 120_000, rate: 15 },
];

const SCREEN = [
  { from: 800_000, rate: 15, scale: 1 },
  { from: 400_000, rate: 8, scale: 1 },
  { from: 150_000, rate: 5, scale: 1 },
  { from: 0, rate: 3, scale: 2 },
];

/** What somebody sees who has not said: everything. @type {View} */
export const WHOLE = { camera: Infinity, screen: Infinity };

/**
 * @param {number} budget in bit/s
 * @param {Captured} captured
 * @param {Viewer[]} viewers
 * @returns {Map<string, Share>} by id
 */
export function plan(budget, captured, viewers) {
  const rest = Math.max(0, budget - viewers.length * (VOICE + (captured.sound ? SOUND : 0)));
  const cameraWishes = viewers.map(({ view }) => cameraWish(captured.camera, view.camera));
  const reserves = viewers.map(({ limit }, index) => Math.min(CAMERA_RESERVE, cameraWishes[index], limit / 4));
  const screenWishes = viewers.map(({ view, limit }, index) =>
    Math.min(screenWish(captured.screen, view.screen), Math.max(0, limit - reserves[index])));
  const screens = fairShares(Math.max(0, rest - total(reserves)), screenWishes);
  const cameras = fairShares(
    Math.max(0, rest - total(screens)),
    viewers.map(({ limit }, index) => Math.min(cameraWishes[index], Math.max(0, limit - screens[index]))),
  );
  return new Map(viewers.map(({ id, view }, index) => [id, {
    audio: soundLimit(VOICE, true),
    sound: soundLimit(SOUND, captured.sound),
    camera: cameraLimit(captured.camera, view.camera, cameras[index]),
    screen: screenLimit(captured.screen, view.screen, screens[index]),
  }]));
}

/**
 * What each gets of a total so that who wishes less gets that, and the others get the same.
 *
 * @param {number} amount
 * @param {number[]} wishes
 */
export function fairShares(amount, wishes) {
  const shares = wishes.map(() => 0);
  const order = wishes.map((_, index) => index).sort((one, other) => wishes[one] - wishes[other]);
  order.forEach((index, position) => {
    shares[index] = Math.min(wishes[index], Math.floor(amount / (order.length - position)));
    amount -= shares[index];
  });
  return shares;
}

/**
 * @param {number} captured
 * @param {number} shown
 */
function cameraWish(captured, shown) {
  const [best] = cameraLevels(captured, shown);
  return best?.upTo ?? 0;
}

/**
 * Those that are not better than what there is or what is seen, the best first. None for nothing.
 *
 * @param {number} captured
 * @param {number} shown
 */
function cameraLevels(captured, shown) {
  const height = Math.min(captured, shown);
  const first = CAMERA.filter((level) => level.height >= height).length - 1;
  return height > 0 ? CAMERA.slice(Math.max(0, first)) : [];
}

/**
 * @param {number} captured
 * @param {number} shown
 * @param {number} share
 * @returns {Limit}
 */
function cameraLimit(captured, shown, share) {
  const level = cameraLevels(captured, shown).find(({ from }) => from <= share);
  if (!level) return OFF;
  const { height, rate } = level;
  return { isActive: true, bitrate: Math.max(LEAST, share), scale: Math.max(1, captured / height), rate };
}

/**
 * @param {number} captured
 * @param {number} shown
 */
function screenScale(captured, shown) {
  return Math.min(2, Math.max(1, captured / shown));
}

/**
 * @param {number} captured
 * @param {number} shown
 */
function screenWish(captured, shown) {
  return captured === 0 || shown === 0 ? 0 : Math.round(SCREEN_WISH / screenScale(captured, shown));
}

/**
 * @param {number} captured
 * @param {number} shown
 * @param {number} share
 * @returns {Limit}
 */
function screenLimit(captured, shown, share) {
  if (captured === 0 || shown === 0) return OFF;
  const level = SCREEN.find(({ from }) => from <= share) ?? SCREEN[SCREEN.length - 1];
  const scale = Math.max(level.scale, screenScale(captured, shown));
  return { isActive: true, bitrate: Math.max(LEAST, share), scale, rate: level.rate };
}

/** @type {Limit} */
const OFF = { isActive: false, bitrate: 0, scale: 1, rate: 0 };

/**
 * @param {number} bitrate
 * @param {boolean} isActive
 * @returns {Limit}
 */
function soundLimit(bitrate, isActive) {
  return isActive ? { isActive, bitrate, scale: 1, rate: 0 } : OFF;
}

/** @param {number[]} values */
function total(values) {
  return values.reduce((sum, value) => sum + value, 0);
}
