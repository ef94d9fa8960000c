// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { fairShares, plan, UPLINK, WHOLE } from "../quality/plan.js";

const CAMERA_ALONE = { camera: 720, screen: 0, sound: false };
const WITH_SCREEN = { camera: 720, screen: 1080, sound: true };

/** Others who see all of us, unless told otherwise. */
function viewers(count, changes = {}) {
  return Array.from({ length: count }, (_, index) => ({
    id: String(index), view: { ...WHOLE, ...changes[index]?.view }, limit: changes[index]?.limit ?? Infinity,
  }));
}

function sum(shares) {
  return [...shares.values()].flatMap((share) => Object.values(share)).reduce((total, { bitrate }) => total + bitrate, 0);
}

test("the more there are, the less each gets, and all together have what the link carries", () => {
  const cameras = [1, 2, 3, 4, 5, 7, 8, 9].map((count) => {
    const shares = plan(UPLINK, CAMERA_ALONE, viewers(count));
    assert.ok(sum(shares) <= UPLINK, String(count));
    return shares.get("0").camera;
  });
  assert.deepEqual(cameras.map(({ bitrate }) => bitrate), [
    1_700_000, 1_168_000, 768_000, 568_000, 448_000, 310_857, 268_000, 234_666,
  ]);
  assert.deepEqual(cameras.map(({ scale }) => 720 / scale), [720, 720, 540, 360, 360, 360, 270, 270]);
});

test("four and six people fit an ordinary link with all its headers", () => {
  for (const others of [3, 5]) {
    const shares = [...plan(UPLINK, CAMERA_ALONE, viewers(others)).values()];
    // RTP, SRTP, ChannelData, TLS, TCP and IP: about 95 bytes of each packet; 50 packets of sound a second, and pictures in
    // packets of 1150 bytes.
    const wire = shares.reduce((total, { audio, camera }) =>
      total + audio.bitrate + 50 * 95 * 8 + camera.bitrate * (1 + 95 / 1150), 0);
    assert.ok(wire < 3_000_000, `${others}: ${wire}`);
  }
});

test("who shows us small gets little, and leaves the rest to the others", () => {
  const shares = plan(UPLINK, CAMERA_ALONE, viewers(3, { 0: { view: { camera: 150 } } }));
  assert.deepEqual(shares.get("0").camera, { isActive: true, bitrate: 220_000, scale: 4, rate: 20 });
  assert.equal(shares.get("1").camera.bitrate, 1_042_000);
  assert.equal(shares.get("1").camera.scale, 1);
});

test("who does not see us gets no picture, but hears us", () => {
  const { audio, camera } = plan(UPLINK, CAMERA_ALONE, viewers(1, { 0: { view: { camera: 0 } } })).get("0");
  assert.equal(camera.isActive, false);
  assert.equal(camera.bitrate, 0);
  assert.ok(audio.isActive && audio.bitrate > 0);
});

test("a camera is never enlarged", () => {
  const { camera } = plan(UPLINK, { ...CAMERA_ALONE, camera: 240 }, viewers(1)).get("0");
  assert.deepEqual(camera, { isActive: true, bitrate: 400_000, scale: 1, rate: 25 });
});

test("a screen comes before cameras, which stay", () => {
  const alone = plan(UPLINK, WITH_SCREEN, viewers(1)).get("0");
  assert.deepEqual(alone.screen, { isActive: true, bitrate: 1_500_000, scale: 1, rate: 15 });
  assert.equal(alone.camera.bitrate, 820_000);
  assert.ok(alone.sound.isActive);
  const many = plan(UPLINK, WITH_SCREEN, viewers(5));
  assert.ok(sum(many) <= UPLINK);
  const { screen, camera } = many.get("0");
  assert.ok(screen.bitrate > 300_000 && screen.scale === 1 && screen.rate === 5, "few pictures, all of them readable");
  assert.equal(camera.bitrate, 60_000);
  assert.ok(camera.isActive);
});

test("a screen that is shown small is sent smaller, down to a half", () => {
  const screen = (shown) => plan(UPLINK, WITH_SCREEN, viewers(1, { 0: { view: { screen: shown } } })).get("0").screen;
  assert.deepEqual([2160, 1080, 720, 540, 120].map((shown) => screen(shown).scale), [1, 1, 1.5, 2, 2]);
  assert.equal(screen(540).bitrate, 750_000);
  assert.equal(screen(0).isActive, false);
});

test("a slow receiver gets what it takes, its voice whole", () => {
  const shares = plan(UPLINK, CAMERA_ALONE, viewers(2, { 0: { limit: 90_000 } }));
  assert.deepEqual(shares.get("0").camera, { isActive: true, bitrate: 90_000, scale: 6, rate: 15 });
  assert.equal(shares.get("0").audio.bitrate, 32_000);
  assert.equal(shares.get("1").camera.bitrate, 1_700_000);
  const both = plan(UPLINK, WITH_SCREEN, viewers(1, { 0: { limit: 200_000 } })).get("0");
  assert.ok(both.screen.bitrate + both.camera.bitrate <= 200_000);
  assert.equal(both.screen.bitrate, 150_000);
});

test("with a narrow uplink pictures become small before anything else ends", () => {
  const shares = [...plan(300_000, CAMERA_ALONE, viewers(5)).values()];
  for (const { audio, camera } of shares) {
    assert.equal(audio.bitrate, 32_000);
    assert.ok(camera.isActive && camera.bitrate >= 28_000 && camera.scale === 6);
  }
});

test("nobody is no trouble", () => {
  assert.equal(plan(UPLINK, WITH_SCREEN, []).size, 0);
});

test("shares are fair", () => {
  assert.deepEqual(fairShares(10, [1, 2, 3]), [1, 2, 3]);
  assert.deepEqual(fairShares(6, [9, 1, 9]), [2, 1, 3]);
  assert.deepEqual(fairShares(0, [5]), [0]);
  assert.deepEqual(fairShares(9, []), []);
});
