// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { MediaError } from "../media.js";
import { OwnDevices } from "../own-devices.js";
import { settle } from "./fakes/clock.js";
import { fakeTrack, streamOf } from "./fakes/tracks.js";

/** A machine that has these devices, and a call that sends a camera "c1" and a microphone "m1" of it. */
function machine(has, refuse = () => null) {
  const world = { asked: [], taken: [], lost: [], muted: false, has };
  world.camera = fakeTrack("video", "c1");
  world.microphone = fakeTrack("audio", "m1");
  world.stream = streamOf(world.microphone, world.camera);
  const devices = {
    async getUserMedia({ audio, video }) {
      const kind = audio ? "audio" : "video";
      const deviceId = (audio || video).deviceId?.exact;
      world.asked.push(deviceId ?? "");
      const error = refuse(deviceId ?? "", world);
      if (error) throw Object.assign(new Error(), { name: error });
      const first = kind === "audio" ? "m" : "c";
      const id = world.has.find((each) => each === deviceId) ?? world.has.find((each) => each.startsWith(first));
      if (!id) throw Object.assign(new Error(), { name: "NotFoundError" });
      return streamOf(fakeTrack(kind, id));
    },
  };
  world.own = new OwnDevices({
    devices,
    stream: world.stream,
    isMuted: () => world.muted,
    onTrack: (kind, track) => world.taken.push([kind, track.label]),
    onLost: (kind, sentence, replaced) => world.lost.push([kind, sentence, replaced]),
  });
  return world;
}

const labels = ({ stream }) => stream.getTracks().map(({ label }) => label).sort();

test("a device takes the place of another of its kind, which is let go", async () => {
  const world = machine(["c1", "c2", "m1"]);
  world.muted = true;
  await world.own.open("video", "c2");
  assert.deepEqual([world.taken, labels(world)], [[["video", "c2"]], ["c2", "m1"]]);
  assert.equal(world.camera.readyState, "ended");
  assert.equal(world.stream.getTracks().at(-1).enabled, false, "off stays off");
  assert.deepEqual(world.lost, []);
});

test("a device that cannot be opened leaves the present one", async () => {
  const world = machine(["c1", "c2"], () => "NotAllowedError");
  await assert.rejects(world.own.open("video", "c2"), MediaError);
  assert.deepEqual([world.camera.readyState, labels(world)], ["live", ["c1", "m1"]]);
});

test("where one camera can be open at a time, the present one makes room", async () => {
  const world = machine(["c1", "c2"], (id, { camera }) => (camera.readyState === "live" ? "NotReadableError" : null));
  await world.own.open("video", "c2");
  assert.deepEqual([world.asked, labels(world)], [["c2", "c2"], ["c2", "m1"]]);
});

test("and comes back when the other one is in use elsewhere", async () => {
  const world = machine(["c1", "c2"], (id) => (id === "c2" ? "NotReadableError" : null));
  world.muted = true;
  await assert.rejects(world.own.open("video", "c2"), /in use by another app/);
  assert.deepEqual([world.asked, labels(world)], [["c2", "c2", "c1"], ["c1", "m1"]]);
  assert.equal(world.stream.getTracks().at(-1).enabled, false, "off stays off");
});

test("but not when the call has ended meanwhile", async () => {
  const world = machine(["c1", "c2"], (id, { own }) => (id === "c2" ? "NotReadableError" : own.close()));
  await assert.rejects(world.own.open("video", "c2"), MediaError);
  assert.deepEqual([world.taken, labels(world)], [[], ["m1"]]);
});

test("an unplugged microphone is replaced by another, and that is said", async () => {
  const world = machine(["m2"]);
  world.microphone.unplug();
  await settle();
  assert.deepEqual(labels(world), ["c1", "m2"]);
  assert.deepEqual(world.lost, [["audio", "“m1” was disconnected. Your microphone is “m2” now.", true]]);
});

test("the last camera is missed in a sentence with a next step", async () => {
  const world = machine(["m1"]);
  world.camera.unplug();
  await settle();
  assert.deepEqual(labels(world), ["m1"]);
  const [[kind, sentence, replaced]] = world.lost;
  assert.deepEqual([kind, replaced], ["video", false]);
  assert.match(sentence, /nobody sees you\. Connect one and turn the camera on\./);
});

test("a camera that was off is not replaced: no light may come on by itself", async () => {
  const world = machine(["c2"]);
  world.camera.enabled = false;
  world.camera.unplug();
  await settle();
  assert.deepEqual([world.asked, world.lost.length, labels(world)], [[], 1, ["m1"]]);
});

test("after the call nothing is opened, and what comes late is let go", async () => {
  const world = machine(["m1", "m2", "c2"]);
  const opening = world.own.open("video", "c2");
  world.own.close();
  await opening;
  world.microphone.unplug();
  await settle();
  assert.deepEqual([world.taken, world.lost, world.asked], [[], [], ["c2"]]);
});

test("a call that ends while a device is replaced hears nothing of it", async () => {
  for (const has of [["m2"], []]) {
    const world = machine(has);
    world.microphone.unplug();
    world.own.close();
    await settle();
    assert.deepEqual([world.asked, world.taken, world.lost], [[""], [], []]);
  }
});
