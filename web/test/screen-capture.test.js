// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { MediaError } from "../media.js";
import { canShareScreen, ScreenSharing } from "../screen-capture.js";
import { fakeStream } from "./fakes/peer-connection.js";

function named(name, message = "") {
  return Object.assign(new Error(message), { name });
}

/** Sharing whose browser answers with what `answer` returns or throws. */
function sharing(answer) {
  const changes = [];
  const devices = { getDisplayMedia: async (options) => answer(options) };
  return { screen: new ScreenSharing(devices, (stream) => changes.push(stream)), changes };
}

test("what is chosen is shared until it is stopped, and then let go", async () => {
  const stream = fakeStream(["video", "audio"]);
  const { screen, changes } = sharing(() => stream);
  await screen.start();
  assert.deepEqual([changes, screen.active], [[stream], true]);
  await screen.start();
  assert.equal(changes.length, 1, "one screen at a time");
  screen.stop();
  assert.deepEqual([changes, screen.active], [[stream, null], false]);
  assert.ok(stream.getTracks().every(({ stopped }) => stopped));
  screen.stop();
  assert.equal(changes.length, 2);
});

test("the browser's own button ends sharing, sound included", async () => {
  const stream = fakeStream(["video", "audio"]);
  const { screen, changes } = sharing(() => stream);
  await screen.start();
  stream.getVideoTracks()[0].onended();
  assert.deepEqual([changes, screen.active], [[stream, null], false]);
  assert.ok(stream.getAudioTracks()[0].stopped);
});

test("the end of an earlier screen does not end the present one", async () => {
  const streams = [fakeStream(["video"]), fakeStream(["video"])];
  const { screen, changes } = sharing(() => streams[changes.length ? 1 : 0]);
  await screen.start();
  screen.stop();
  await screen.start();
  streams[0].getVideoTracks()[0].onended();
  assert.equal(screen.active, true);
});

test("tab sound is asked for, unprocessed, and the call's own page is not offered", async () => {
  let asked;
  await sharing((options) => ((asked = options), fakeStream(["video"]))).screen.start();
  assert.equal(asked.audio.echoCancellation, false);
  assert.deepEqual([asked.selfBrowserSurface, asked.systemAudio], ["exclude", "exclude"]);
});

test("choosing nothing is no error", async () => {
  for (const name of ["NotAllowedError", "AbortError"]) {
    const { screen, changes } = sharing(() => { throw named(name, "Permission denied"); });
    await screen.start();
    assert.deepEqual([changes, screen.active], [[], false]);
  }
});

test("a screen that cannot be captured is told with a next step", async () => {
  const failures = [
    [named("NotAllowedError", "Permission denied by system"), /settings of your system/],
    [named("NotReadableError"), /window or a tab/],
  ];
  for (const [error, step] of failures) {
    const { screen } = sharing(() => { throw error; });
    await assert.rejects(screen.start(), (told) => told instanceof MediaError && step.test(told.step));
    assert.equal(screen.active, false);
  }
});

test("what is chosen after the call has ended is let go at once", async () => {
  const stream = fakeStream(["video"]);
  const { screen, changes } = sharing(() => stream);
  const starting = screen.start();
  screen.close();
  await starting;
  assert.deepEqual(changes, []);
  assert.ok(stream.getTracks()[0].stopped);
});

test("browsers without screen capture are known", () => {
  assert.equal(canShareScreen(undefined), false);
  assert.equal(canShareScreen({}), false);
  assert.equal(canShareScreen({ getDisplayMedia: async () => fakeStream() }), true);
});
