// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { ChatLog } from "../chat-log.js";
import { linkParts } from "../links.js";
import { displayName, People } from "../people.js";
import { loudness, Speech } from "../speech.js";

let people, events;

beforeEach(() => {
  events = [];
  const note = (what) => (person) => events.push(`${displayName(person)} ${what}`);
  people = new People({
    changed: () => events.push("changed"),
    joined: note("joined"),
    left: note("left"),
    raisedHand: note("raised"),
    sharedScreen: (person) => events.push(`${displayName(person)} ${person.screen ? "shares" : "stopped sharing"}`),
    knocked: note("knocked"),
  });
});

const joined = (fields) => people.receive({ type: "joined", peerId: "me", peers: [], ...fields });

test("who was there before is known by name, also where the server tells ids only", () => {
  joined({ peers: ["a", "b"], members: [{ peerId: "a", name: "Ana", audio: false }], host: "a" });
  assert.deepEqual(people.others, [{ peerId: "a", name: "Ana", audio: false }, { peerId: "b" }]);
  assert.equal(displayName(people.get("b")), "Guest");
  assert.equal(people.isHost, false);
  assert.deepEqual(events, ["changed"]);
  joined({ peers: ["a"] });
  assert.deepEqual(people.door, { host: "", locked: false, hasPin: false });
  assert.equal(people.isHost, false);
});

test("who comes, goes, and raises a hand is told once", () => {
  joined({ host: "me" });
  assert.ok(people.isHost);
  people.receive({ type: "peer-joined", peerId: "a", name: "Ana" });
  people.receive({ type: "peer-state", peerId: "a", name: "Ana", hand: true });
  people.receive({ type: "peer-state", peerId: "a", name: "Ana", hand: true, audio: false });
  people.receive({ type: "peer-left", peerId: "a" });
  people.receive({ type: "peer-left", peerId: "a" });
  assert.deepEqual(events.filter((event) => event !== "changed"), ["Ana joined", "Ana raised", "Ana left"]);
});

test("who knocks is listed until the knock ends, and a new join forgets old knocks", () => {
  joined({});
  people.receive({ type: "knock", peerId: "z", name: "Zoë" });
  assert.deepEqual(people.knocking.map(({ peerId }) => peerId), ["z"]);
  people.receive({ type: "knock-ended", peerId: "z" });
  people.receive({ type: "knock-ended", peerId: "z" });
  assert.equal(people.knocking.length, 0);
  people.receive({ type: "knock", peerId: "y" });
  joined({});
  assert.equal(people.knocking.length, 0);
  assert.deepEqual(events.filter((event) => event !== "changed"), ["Zoë knocked", "Guest knocked"]);
});

test("the door is what the room says", () => {
  joined({ host: "me" });
  people.receive({ type: "room", host: "a", locked: true, hasPin: true });
  assert.deepEqual(people.door, { host: "a", locked: true, hasPin: true });
  assert.equal(people.isHost, false);
});

test("chat is shown once, in order, with its time; own lines are known across reconnects", () => {
  const lines = [];
  const log = new ChatLog((line, isNew) => lines.push({ ...line, isNew }), () => 100_000);
  log.receive({ type: "joined", peerId: "me", peers: [] });
  log.receive({ type: "chat-history", messages: [{ id: 1, from: "a", name: "Ana", text: "one", age: 60 }] });
  log.receive({ type: "chat", id: 2, from: "me", text: "two", age: 0 });
  log.receive({ type: "joined", peerId: "me2", peers: [] });
  log.receive({
    type: "chat-history",
    messages: [
      { id: 1, from: "a", name: "Ana", text: "one", age: 70 }, { id: 2, from: "me", text: "two", age: 9 },
      { id: 3, from: "a", name: "Ana", text: "three", age: 5 },
    ],
  });
  assert.deepEqual(lines.map(({ name, text, own, isNew }) => [name, text, own, isNew]), [
    ["Ana", "one", false, false], ["Guest", "two", true, true], ["Ana", "three", false, false],
  ]);
  assert.deepEqual(lines.map(({ time }) => time.getTime()), [40_000, 100_000, 95_000]);
});

test("links are http addresses and nothing else; the text stays the text", () => {
  const cases = {
    "see https://example.com/a?b=c#d.": ["https://example.com/a?b=c#d"],
    "(https://en.wikipedia.org/wiki/A_(b)) and HTTP://EXAMPLE.COM, too": [
      "https://en.wikipedia.org/wiki/A_(b)", "HTTP://EXAMPLE.COM",
    ],
    "javascript:alert(1) data:text/html,x www.example.com ftp://x": [],
    "https://": [],
    "https://bank.example@evil.example/ xhttps://a.example": [],
    "https://a.example/\u202egpj.exe https://b\u2066.example": ["https://a.example/", "https://b"],
    'https://a.example/"onclick="x <https://b.example>': ["https://a.example/", "https://b.example"],
  };
  for (const [text, links] of Object.entries(cases)) {
    const parts = linkParts(text);
    assert.equal(parts.map((part) => part.text).join(""), text);
    assert.deepEqual(parts.filter(({ href }) => href).map((part) => part.text), links, text);
    for (const { href } of parts) if (href) assert.match(href, /^https?:\/\//);
  }
});

test("long texts are split in reasonable time", () => {
  const started = performance.now();
  const texts = ["https://a(".repeat(200), ")".repeat(2000), `https://a.b/${")".repeat(1980)}`, "h".repeat(2000)];
  for (const text of texts) linkParts(text);
  assert.ok(performance.now() - started < 500);
});

test("speech holds through pauses of words and ends with silence", () => {
  const speech = new Speech();
  assert.equal(speech.update(0.01, 0), false);
  assert.equal(speech.update(0.1, 200), true);
  assert.equal(speech.update(0, 1000), true);
  assert.equal(speech.update(0.1, 1050), true);
  assert.equal(speech.duration(1050), 850);
  assert.equal(speech.update(0, 2000), false);
  assert.equal(speech.duration(2000), 0);
});

test("loudness is the root mean square of the loudest moment", () => {
  assert.equal(loudness(new Float32Array()), 0);
  assert.equal(loudness(new Float32Array(2048)), 0);
  assert.ok(Math.abs(loudness(Float32Array.of(0.5, -0.5)) - 0.5) < 1e-9);
  assert.ok(Math.abs(loudness(new Float32Array(8192).fill(0.5, 4096, 5120)) - 0.5) < 1e-9);
});

test("the beginning and the end of a shared screen are told once", () => {
  joined({ peers: ["a"], members: [{ peerId: "a", name: "Ana", screen: true }] });
  people.receive({ type: "peer-state", peerId: "a", name: "Ana", screen: true });
  people.receive({ type: "peer-state", peerId: "a", name: "Ana", screen: false });
  people.receive({ type: "peer-state", peerId: "a", name: "Ana", screen: false, hand: false });
  people.receive({ type: "peer-state", peerId: "a", name: "Ana", screen: true });
  assert.deepEqual(events.filter((event) => event !== "changed"), ["Ana stopped sharing", "Ana shares"]);
});
