// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { loadPreferences, savePreferences } from "../preferences.js";
import { newRoomName, oneLine, paragraphs, roomName, roomPath } from "../rooms.js";

const at = (path) => roomName(new URL(path, "https://call.test"));

test("the room comes from the address: /r/NAME, or as older links have it; default when missing or blank", () => {
  assert.equal(at("/"), "default");
  assert.equal(at("/?room="), "default");
  assert.equal(at("/?room=%20%20"), "default");
  assert.equal(at("/?room=stand%20up"), "stand up");
  assert.equal(at("/r/"), "default");
  assert.equal(at("/r/stand%20up"), "stand up");
  assert.equal(at("/r/a?room=b"), "a");
  assert.equal(at("/r/100%"), "100%");
  assert.equal(at(`/r/${"x".repeat(80)}`).length, 64);
});

test("a link leads back to its room", () => {
  const rooms = ["default", "standup", "Zoë's & <b>/?#", "50%", ".hidden", "a/b"];
  for (const room of rooms) assert.equal(at(roomPath(room)), room);
  assert.equal(roomPath("default"), "/");
});

test("names are one line of at most 64 code points", () => {
  assert.equal(oneLine("  Ana\n\u0000\u2028Maria \t"), "Ana Maria");
  assert.equal(Array.from(oneLine("\u{1F600}".repeat(70))).length, 64);
  assert.equal(oneLine("\ud800"), "");
});

test("new rooms have names that can be read aloud and differ", () => {
  const fill = (bytes) => crypto.getRandomValues(bytes);
  const names = new Set(Array.from({ length: 100 }, () => newRoomName(fill)));
  assert.equal(names.size, 100);
  for (const name of names) assert.match(name, /^([a-z]{4}-){4}[a-z]{4}$/);
});

test("preferences survive, and what is broken or foreign does not get in", () => {
  const stored = new Map();
  const getItem = (key) => stored.get(key) ?? null;
  const storage = () => ({ getItem, setItem: (key, value) => stored.set(key, value) });
  const preferences = loadPreferences(storage);
  assert.deepEqual(preferences, {
    name: "", audio: true, video: true, microphone: "", camera: "", speaker: "", pushToTalk: false, shortcuts: true,
  });
  savePreferences(storage, { ...preferences, name: "Ana", video: false });
  assert.equal(loadPreferences(storage).name, "Ana");
  assert.equal(loadPreferences(storage).video, false);
  for (const broken of ["{", "null", "7", '{"name":7,"video":"no","evil":1}']) {
    stored.set([...stored.keys()][0], broken);
    assert.deepEqual(loadPreferences(storage), preferences);
  }
});

test("a browser that keeps nothing is no obstacle", () => {
  const none = () => {
    throw new DOMException("denied", "SecurityError");
  };
  assert.equal(loadPreferences(none).audio, true);
  savePreferences(none, loadPreferences(none));
});

test("what is written in chat is what the server takes", () => {
  const cases = {
    " one\n\ttwo ": "one\n\ttwo",
    "a\0b\x1b[31m\x7f\x9bc\r\n": "ab[31mc",
    "\ud83d\ude00\ud800!": "\ud83d\ude00!",
    "\x07": "",
  };
  for (const [text, taken] of Object.entries(cases)) assert.equal(paragraphs(text), taken);
});
