// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { QualityControl } from "../quality/control.js";
import { UPLINK } from "../quality/plan.js";
import { Views } from "../quality/views.js";
import { FakeClock, settle } from "./fakes/clock.js";

/** As much of RTCRtpSender as limits need. */
class FakeSender {
  track = {};
  parameters = { encodings: [{}] };
  sets = 0;

  getParameters() {
    return structuredClone(this.parameters);
  }

  async setParameters(parameters) {
    if (this.refuses) throw new Error("not now");
    this.sets += 1;
    this.parameters = parameters;
  }

  get encoding() {
    return this.parameters.encodings[0];
  }
}

class FakeLink {
  state = "connected";
  senders = { audio: new FakeSender(), camera: new FakeSender(), sound: undefined, screen: undefined };
  bytes = 0;
  lost = 0;
  bytesEachLook = 125_000;

  async statistics() {
    this.bytes += this.bytesEachLook;
    return new Map([
      ["O", { type: "outbound-rtp", kind: "video", bytesSent: this.bytes, frameHeight: 240 }],
      ["I", { type: "inbound-rtp", kind: "video", bytesReceived: this.bytes, packetsReceived: this.bytes / 1000,
        packetsLost: this.lost }],
      ["T", { type: "transport", selectedCandidatePairId: "P" }],
      ["P", { type: "candidate-pair", bytesReceived: this.bytes }],
    ]);
  }
}

let clock, links, captured, control, grades, news;

beforeEach(() => {
  clock = new FakeClock();
  links = new Map([["a", new FakeLink()], ["b", new FakeLink()]]);
  captured = { camera: 720, screen: 0, sound: false };
  [grades, news] = [[], []];
  control = new QualityControl({
    links: () => links,
    captured: () => captured,
    onQuality: (id, { grade }) => id === "a" && grades.push(grade),
    onNews: (id, what) => news.push(`${id} ${what}`),
    clock,
  });
});

const camera = (id) => links.get(id).senders.camera;

test("each gets its share, in the way that suits the kind", async () => {
  control.adjust();
  await settle();
  assert.deepEqual(camera("a").encoding, {
    active: true, maxBitrate: 1_168_000, maxFramerate: 30, scaleResolutionDownBy: 1, priority: "low",
  });
  assert.equal(camera("a").parameters.degradationPreference, "balanced");
  const { audio } = links.get("a").senders;
  assert.deepEqual(audio.encoding, { active: true, maxBitrate: 32_000, priority: "high" });
  links.delete("b");
  control.receive({ type: "peer-left", peerId: "b" });
  await settle();
  assert.equal(camera("a").encoding.maxBitrate, 1_700_000);
});

test("nothing is set that is set already, and what was refused is set later", async () => {
  control.adjust();
  await settle();
  await clock.advance(6000);
  assert.equal(camera("a").sets, 1);
  camera("a").refuses = true;
  control.receive({ type: "view", from: "a", view: { camera: 180 } });
  await settle();
  camera("a").refuses = false;
  await clock.advance(2000);
  assert.equal(camera("a").encoding.maxBitrate, 220_000);
});

test("a sender without encodings or track waits", async () => {
  camera("a").parameters = { encodings: [] };
  camera("b").track = null;
  control.adjust();
  await settle();
  assert.deepEqual([camera("a").sets, camera("b").sets], [0, 0]);
});

test("who does not see us any more costs nothing, until it does again", async () => {
  control.receive({ type: "view", from: "a", view: { camera: 0 } });
  await settle();
  assert.equal(camera("a").encoding.active, false);
  assert.equal(camera("b").encoding.maxBitrate, 1_700_000);
  control.receive({ type: "view", from: "a", view: {} });
  await settle();
  assert.equal(camera("a").encoding.active, true);
});

test("a screen keeps its size", async () => {
  links.get("a").senders.screen = new FakeSender();
  captured = { camera: 720, screen: 1080, sound: false };
  control.adjust();
  await settle();
  const { encoding, parameters } = links.get("a").senders.screen;
  assert.equal(encoding.scaleResolutionDownBy, 1);
  assert.equal(parameters.degradationPreference, "maintain-resolution");
});

test("congestion slows down at once and for that one alone, and the mark says so until it is over", async () => {
  await clock.advance(4000);
  assert.deepEqual(grades, ["unknown", "good"]);
  control.receive({ type: "peer-congestion", peerId: "a", congested: true, queueMs: 400, dropped: 12 });
  await settle();
  assert.equal(camera("a").encoding.maxBitrate, 300_000, "60 % of the 500 kbit/s that were sent");
  assert.equal(camera("b").encoding.maxBitrate, 1_700_000);
  await clock.advance(2000);
  assert.equal(grades.at(-1), "poor");
  control.receive({ type: "peer-congestion", peerId: "a", congested: false });
  await clock.advance(2000);
  assert.equal(camera("a").encoding.maxBitrate, 400_000);
  await clock.advance(4000);
  assert.equal(grades.at(-1), "good");
  await clock.advance(60_000);
  assert.equal(camera("a").encoding.maxBitrate, 1_168_000);
  assert.deepEqual(news, []);
});

test("nothing is kept of strangers", async () => {
  for (let times = 0; times < 5; times += 1) {
    control.receive({ type: "peer-congestion", peerId: "z", congested: true, dropped: 1 });
  }
  control.receive({ type: "view", from: "z", view: { camera: 0 } });
  links.set("z", new FakeLink());
  control.adjust();
  await settle();
  assert.equal(camera("z").encoding.maxBitrate, 768_000);
});

test("what is poor for long is news", async () => {
  await clock.advance(4000);
  for (let look = 0; look < 10; look += 1) {
    links.get("a").lost += 50;
    await clock.advance(2000);
  }
  assert.equal(grades.at(-1), "poor");
  assert.deepEqual(news, ["a poor"]);
  await clock.advance(6000);
  assert.deepEqual(news, ["a poor", "a good"]);
});

test("statistics that fail are no measurement, and looking goes on", async () => {
  links.get("a").statistics = async () => {
    throw new Error("closed");
  };
  await clock.advance(6000);
  assert.deepEqual(grades, ["unknown", "unknown", "unknown"]);
  control.close();
  assert.equal(clock.pending, 0);
});

test("a new stay begins without what was known of the one before", async () => {
  control.receive({ type: "view", from: "a", view: { camera: 120 } });
  control.receive({ type: "joined", peerId: "m", peers: [] });
  control.adjust();
  await settle();
  assert.equal(camera("a").encoding.maxBitrate, 1_168_000);
  assert.ok(UPLINK > 2 * 1_168_000);
});

test("the others are told how large they are shown, in steps, once, and together", async () => {
  const sent = [];
  let shown = new Map([["a", { camera: 200, screen: 0 }], ["b", { camera: 500.4, screen: 3000 }]]);
  let goesOut = true;
  const views = new Views(() => shown, (id, view) => goesOut && sent.push([id, view.camera, view.screen]) > 0, clock);
  views.changed();
  await clock.advance(100);
  views.changed();
  await clock.advance(300);
  assert.deepEqual(sent, [["a", 270, 0], ["b", 540, 2160]]);
  shown = new Map([["a", { camera: 230, screen: 0 }], ["b", { camera: 120, screen: 0 }]]);
  goesOut = false;
  views.changed();
  await clock.advance(300);
  goesOut = true;
  views.changed();
  await clock.advance(300);
  assert.deepEqual(sent.slice(2), [["b", 120, 0]], "what did not go out is said again");
  views.forget("b");
  views.changed();
  await clock.advance(300);
  assert.deepEqual(sent.slice(3), [["b", 120, 0]]);
});

test("a glance at another tab is told to nobody", async () => {
  const sent = [];
  let camera = 0;
  const views = new Views(() => new Map([["a", { camera, screen: 0 }]]), (id, view) => sent.push(view.camera) > 0, clock);
  views.changed();
  await clock.advance(3000);
  camera = 240;
  views.changed();
  await clock.advance(5000);
  assert.deepEqual(sent, [270]);
  camera = 0;
  views.changed();
  await clock.advance(4000);
  assert.deepEqual(sent, [270, 0]);
  views.changed();
  views.close();
  assert.equal(clock.pending > 0, true, "only the control's own timer");
});
