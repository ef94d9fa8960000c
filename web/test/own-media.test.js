// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { OwnMedia } from "../own-media.js";
import { SpeakerWatch } from "../speaker-watch.js";
import { settle } from "./fakes/clock.js";
import { fakeTrack, streamOf } from "./fakes/tracks.js";

/** A call whose devices open when `release` is called, or fail with what `failure` names. */
function call(...tracks) {
  const world = { muted: [], tracks: [], problems: [], opening: [], failure: null };
  world.stream = streamOf(...tracks);
  const devices = {
    getUserMedia: ({ audio, video }) => new Promise((resolve, reject) => {
      const kind = audio ? "audio" : "video";
      world.opening.push(() => {
        if (world.failure) reject(Object.assign(new Error(), { name: world.failure }));
        else resolve(streamOf(fakeTrack(kind, (audio || video).deviceId?.exact ?? "default")));
      });
    }),
  };
  world.media = new OwnMedia({
    devices,
    stream: world.stream,
    preferences: { camera: "", microphone: "m2" },
    observer: {
      muted: (kind, muted) => world.muted.push([kind, muted]),
      track: (kind) => world.tracks.push(kind),
      problem: (sentence) => world.problems.push(sentence),
    },
  });
  world.release = async () => {
    await settle();
    for (const open of world.opening.splice(0)) open();
    await settle();
  };
  return world;
}

test("what is open is muted and unmuted without opening anything", async () => {
  const microphone = fakeTrack("audio", "m1");
  const { media, muted, opening } = call(microphone);
  await media.mute("audio", true);
  assert.equal(microphone.enabled, false);
  await media.mute("audio", false);
  assert.equal(microphone.enabled, true);
  assert.deepEqual([muted, opening.length], [[["audio", true], ["audio", false]], 0]);
});

test("what was not needed until now is opened when it is turned on", async () => {
  const world = call();
  void world.media.mute("audio", false);
  await world.release();
  assert.deepEqual([world.tracks, world.muted], [["audio"], [["audio", false]]]);
  assert.deepEqual(world.media.inUse, { camera: "", microphone: "m2" });
});

test("a key that is let go while the microphone opens leaves it muted", async () => {
  const world = call();
  void world.media.mute("audio", false);
  await settle();
  void world.media.mute("audio", true);
  await world.release();
  assert.equal(world.muted.at(-1)[1], true);
  assert.equal(world.media.microphone.enabled, false);
});

test("who mutes while an unplugged microphone is replaced is muted", async () => {
  const microphone = fakeTrack("audio", "m1");
  const world = call(microphone);
  microphone.unplug();
  await world.media.mute("audio", true);
  await world.release();
  assert.deepEqual([world.tracks, world.media.microphone.enabled], [["audio"], false]);
});

test("after the call no device that fails is mentioned", async () => {
  const world = call(fakeTrack("audio", "m1"));
  world.failure = "NotReadableError";
  void world.media.mute("video", false);
  void world.media.choose("audio", "m2");
  await settle();
  world.media.close();
  await world.release();
  await world.release();
  assert.deepEqual([world.muted, world.problems], [[], []]);
});

test("several clicks while the browser asks ask once", async () => {
  const world = call();
  for (const muted of [false, true, false]) void world.media.mute("audio", muted);
  await settle();
  assert.equal(world.opening.length, 1);
  await world.release();
  assert.equal(world.media.microphone.enabled, true);
});

test("what cannot be opened stays off, and why is a sentence without the join screen's", async () => {
  const world = call();
  world.failure = "NotAllowedError";
  void world.media.mute("video", false);
  await world.release();
  assert.deepEqual(world.muted, [["video", true]]);
  assert.deepEqual(world.problems, [
    "Camera/mic permission required. Allow them beside the address of this page and try again.",
  ]);
});

test("another device is opened at once where one is on, else later", async () => {
  const world = call(fakeTrack("audio", "m1"));
  const choosing = world.media.choose("audio", "m3");
  await world.release();
  assert.equal(await choosing, "");
  assert.equal(world.media.inUse.microphone, "m3");
  assert.equal(await world.media.choose("video", "c9"), "");
  assert.equal(world.opening.length, 0);
});

test("a device that cannot be chosen says why, and the present one stays on", async () => {
  const world = call(fakeTrack("audio", "m1"));
  world.failure = "NotFoundError";
  const choosing = world.media.choose("audio", "m3");
  await world.release();
  assert.match(await choosing, /^No camera or microphone found\. Connect one and try again\.$/);
  assert.deepEqual([world.muted, world.media.inUse.microphone], [[], "m1"]);
});

test("a microphone that is gone without another is muted", async () => {
  const microphone = fakeTrack("audio", "m1");
  const world = call(microphone);
  world.failure = "NotFoundError";
  microphone.unplug();
  await world.release();
  assert.deepEqual(world.muted, [["audio", true]]);
  assert.match(world.problems[0], /nobody hears you/);
});

/** Speakers that come and go. */
function speakers(wanted, present) {
  const devices = new EventTarget();
  const changes = [];
  const world = { present, changes };
  devices.enumerateDevices = async () => world.present.map((deviceId) => ({ kind: "audiooutput", deviceId }));
  world.watch = new SpeakerWatch(devices, wanted, (speaker, isLost) => changes.push([speaker, isLost]));
  world.plug = async (...ids) => {
    world.present = ids;
    devices.dispatchEvent(new Event("devicechange"));
    await settle();
  };
  return world;
}

test("an unplugged speaker is replaced until it is back", async () => {
  const { watch, changes, plug } = speakers("s1", ["s1", "s2"]);
  await plug("s2");
  await plug("s2", "s3");
  await plug("s1", "s2");
  assert.deepEqual([changes, watch.present], [[["", true], ["s1", false]], "s1"]);
});

test("the browser's choice follows what is there by itself", async () => {
  const { changes, plug } = speakers("", ["s1"]);
  await plug();
  assert.deepEqual(changes, []);
});

test("a chosen speaker is used at once, and after the call nothing is", async () => {
  const { watch, changes, plug } = speakers("", ["s1", "s2"]);
  watch.choose("s2");
  assert.deepEqual(changes, [["s2", false]]);
  watch.close();
  await plug("s1");
  assert.equal(changes.length, 1);
});
