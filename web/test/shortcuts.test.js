// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { PushToTalk } from "../push-to-talk.js";
import { shortcutFor, SHORTCUTS } from "../shortcuts.js";

const press = (key, more = {}) =>
  shortcutFor({ key, code: "", ctrlKey: false, altKey: false, metaKey: false, repeat: false, ...more });

test("each key that the help names does something", () => {
  const named = SHORTCUTS.flatMap(({ keys }) => keys).filter((key) => key !== "Space");
  for (const key of named) assert.ok(press(key), key);
  assert.ok(SHORTCUTS.every(({ text }) => text));
});

test("letters count small and large, digits pin", () => {
  assert.deepEqual([press("m"), press("M"), press("?"), press("3"), press("0")],
    ["audio", "audio", "help", "pin-3", "unpin"]);
});

test("on a keyboard with other letters the place of the key counts", () => {
  assert.equal(press("ь", { code: "KeyM" }), "audio");
  assert.equal(press("é", { code: "Digit2" }), undefined);
  assert.equal(press("a", { code: "KeyM" }), undefined, "a Latin layout has letters of its own");
});

test("keys of the browser, held keys and other keys do nothing", () => {
  for (const more of [{ ctrlKey: true }, { altKey: true }, { metaKey: true }, { repeat: true }]) {
    assert.equal(press("m", more), undefined);
  }
  for (const key of ["x", "Tab", "Enter", "Escape", " ", "F1", "Dead"]) assert.equal(press(key), undefined, key);
});

test("push to talk is heard only while the key is held", () => {
  const muted = [];
  const talk = new PushToTalk((value) => muted.push(value));
  assert.equal(talk.press(), false, "not enabled: the key is not ours");
  talk.enable(true);
  assert.deepEqual(muted, [true]);
  assert.deepEqual([talk.press(), talk.press()], [true, true]);
  assert.deepEqual(muted, [true, false], "a held key repeats");
  assert.deepEqual([talk.release(), talk.release()], [true, false]);
  assert.deepEqual(muted, [true, false, true]);
  talk.press();
  talk.enable(false);
  assert.deepEqual([muted.at(-1), talk.held], [true, false], "nobody is suddenly heard");
});
