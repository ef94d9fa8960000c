// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { MediaError, openMedia, releaseMedia, setMuted } from "../media.js";
import { fakeStream } from "./fakes/peer-connection.js";

const WORDS = {
  NotAllowedError: "Camera/mic permission required to join",
  NotFoundError: "No camera or microphone found",
  NotReadableError: "Camera/mic in use by another app",
  AbortError: "Camera and microphone could not be started",
};

for (const [name, message] of Object.entries(WORDS)) {
  test(`${name} is said in words`, async () => {
    const devices = { getUserMedia: () => Promise.reject(new DOMException("raw text", name)) };
    await assert.rejects(openMedia(devices), (error) => error instanceof MediaError && error.message === message);
  });
}

test("a page without access to devices says so", async () => {
  await assert.rejects(openMedia(undefined), /gives no access/);
});

test("camera and microphone are asked for together", async () => {
  const asked = [];
  await openMedia({ getUserMedia: async (constraints) => asked.push(constraints) });
  assert.equal(asked.length, 1);
  assert.ok(asked[0].audio && asked[0].video);
});

test("muting touches its own kind only", () => {
  const stream = fakeStream();
  setMuted(stream, "audio", true);
  assert.deepEqual(stream.getTracks().map((track) => track.enabled), [false, true]);
  setMuted(stream, "audio", false);
  setMuted(stream, "video", true);
  assert.deepEqual(stream.getTracks().map((track) => track.enabled), [true, false]);
});

test("leaving gives every device back", () => {
  const stream = fakeStream();
  releaseMedia(stream);
  assert.ok(stream.getTracks().every((track) => track.stopped));
});
