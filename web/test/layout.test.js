// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { Layout } from "../layout/layout.js";

const PERSON = { isScreen: false };
const SCREEN = { isScreen: true };

function layoutOf(...people) {
  const layout = new Layout();
  for (const person of people) layout.add(person, PERSON);
  return layout;
}

test("in a grid nobody is large until somebody is pinned, and unpinned again", () => {
  const layout = layoutOf("a", "b");
  layout.setSpeaking("a", true);
  assert.equal(layout.main, null);
  layout.togglePin("b");
  assert.deepEqual([layout.main, layout.pinned], ["b", "b"]);
  layout.togglePin("a");
  assert.equal(layout.main, "a");
  layout.togglePin("a");
  assert.equal(layout.main, null);
});

test("a speaker stays large until silent while another speaks, and remains when all are silent", () => {
  const layout = layoutOf("a", "b", "c");
  layout.choose("speaker");
  assert.equal(layout.main, "a", "before anybody spoke, the first");
  layout.setSpeaking("b", true);
  assert.equal(layout.main, "b");
  layout.setSpeaking("c", true);
  assert.equal(layout.main, "b", "an interruption");
  layout.setSpeaking("b", false);
  assert.equal(layout.main, "c");
  layout.setSpeaking("c", false);
  assert.equal(layout.main, "c");
});

test("who is gone is not large any more", () => {
  const layout = layoutOf("a", "b", "c");
  layout.choose("speaker");
  layout.setSpeaking("c", true);
  layout.remove("c");
  assert.equal(layout.main, "a");
  layout.togglePin("b");
  layout.remove("b");
  assert.deepEqual([layout.main, layout.pinned], [null, null], "the one who is left fills the stage");
  layout.setSpeaking("b", true);
  layout.togglePin("b");
  assert.equal(layout.pinned, null);
});

test("a screen is large at once, comes first, and gives the place back", () => {
  const layout = layoutOf("a", "b");
  layout.add("a screen", SCREEN);
  assert.deepEqual([layout.main, layout.keys], ["a screen", ["a screen", "a", "b"]]);
  layout.togglePin("a screen");
  assert.equal(layout.main, null, "the person wants the grid");
  layout.add("b screen", SCREEN);
  assert.equal(layout.main, "b screen", "that was about the other screen");
  layout.remove("b screen");
  assert.equal(layout.main, "a screen", "one screen is left");
  layout.remove("a screen");
  assert.equal(layout.main, null);
});

test("what a person pinned is not replaced by a screen", () => {
  const layout = layoutOf("a", "b");
  layout.togglePin("b");
  layout.add("a screen", SCREEN);
  assert.equal(layout.main, "b");
  layout.choose("speaker");
  assert.equal(layout.main, "a screen");
});

test("choosing a layout takes the pin away", () => {
  const layout = layoutOf("a", "b");
  layout.togglePin("b");
  layout.choose("grid");
  assert.deepEqual([layout.main, layout.mode], [null, "grid"]);
});

test("with a single picture there is nothing to choose", () => {
  const layout = layoutOf("a");
  layout.choose("speaker");
  layout.togglePin("a");
  assert.deepEqual([layout.main, layout.pinned], [null, null]);
  layout.add("b", PERSON);
  layout.setSpeaking("b", true);
  assert.equal(layout.main, "b", "a tap on the only picture was no choice");
});
