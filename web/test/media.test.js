// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { liveTrack, MediaError, openMedia, releaseMedia, setMuted } from "../media.js";
import { fakeStream } from "./fakes/peer-connection.js";

const BOTH = { audio: "", video: "" };

const WORDS = {
  NotAllowedError: "Camera/mic permission required to join",
  NotFoundError: "No camera or microphone found",
  NotReadableError: "Camera/mic in use by another app",
  AbortError: "Camera and microphone could not be started",
};

for (const [name, message] of Object.entries(WORDS)) {
  test(`${name} is said in words`, async () => {
    const devices = { getUserMedia: () => Promise.reject(new DOMException("raw text", name)) };
    const told = (error) =>
      error instanceof MediaError && error.message === message && /join without\.$/.test(error.step);
    await assert.rejects(openMedia(devices, BOTH), told);
  });
}

test("a page without access to devices says so", async () => {
  await assert.rejects(openMedia(undefined, BOTH), /gives no access/);
});

test("camera and microphone are asked for together", async () => {
  const asked = [];
  await openMedia({ getUserMedia: async (constraints) => asked.push(constraints) }, BOTH);
  assert.equal(asked.length, 1);
  assert.ok(asked[0].audio && asked[0].video);
});

test("only what is wanted is asked for, and exactly the device that was chosen", async () => {
  const asked = [];
  const devices = { getUserMedia: async (constraints) => asked.push(constraints) };
  await openMedia(devices, { audio: "mic-2", video: false });
  await openMedia(devices, { audio: false, video: "cam-1" });
  assert.deepEqual(asked, [
    { audio: { deviceId: { exact: "mic-2" } }, video: false },
    { audio: false, video: { deviceId: { exact: "cam-1" } } },
  ]);
});

test("a chosen device that is gone keeps nobody out", async () => {
  const asked = [];
  const devices = {
    getUserMedia: async (constraints) => {
      asked.push(constraints.video.deviceId);
      if (constraints.video.deviceId.exact) throw { name: "OverconstrainedError" };
      return constraints;
    },
  };
  await openMedia(devices, { audio: "", video: "gone" });
  assert.deepEqual(asked, [{ exact: "gone" }, "gone"]);
});

for (const missing of ["audio", "video"]) {
  test(`without any device for ${missing} the other kind is opened`, async () => {
    const devices = {
      getUserMedia: async (constraints) => {
        if (constraints[missing]) throw new DOMException("none", "NotFoundError");
        return constraints;
      },
    };
    const opened = await openMedia(devices, BOTH);
    assert.equal(Boolean(opened.audio), missing !== "audio");
    assert.equal(Boolean(opened.video), missing !== "video");
  });
}

test("muting touches its own kind only", () => {
  const stream = fakeStream();
  setMuted(stream, "audio", true);
  assert.deepEqual(stream.getTracks().map((track) => track.enabled), [false, true]);
  setMuted(stream, "audio", false);
  setMuted(stream, "video", true);
  assert.deepEqual(stream.getTracks().map((track) => track.enabled), [true, false]);
});

test("a track that has ended is not there", () => {
  const tracks = [{ kind: "audio", readyState: "ended" }, { kind: "video", readyState: "live" }];
  assert.equal(liveTrack({ getTracks: () => tracks }, "audio"), undefined);
  assert.equal(liveTrack({ getTracks: () => tracks }, "video"), tracks[1]);
});

test("leaving gives every device back", () => {
  const stream = fakeStream();
  releaseMedia(stream);
  assert.ok(stream.getTracks().every((track) => track.stopped));
});
