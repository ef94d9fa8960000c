// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import { arrange } from "../layout/arrange.js";

const GAP = 8;
/** Phone upright, phone on its side, tablet both ways, desktop, and a desktop with a panel open. */
const SIZES = [
  [360, 740], [320, 568], [740, 360], [568, 320], [820, 1180], [1180, 820], [1280, 800], [912, 800], [1920, 1080],
];

function stage(width, height) {
  const bar = { width: Math.min(420, width - 16), height: 64 };
  const controls = { left: (width - bar.width) / 2, top: height - 12 - bar.height, ...bar };
  return { width, height, gap: GAP, insets: { top: 12, right: 12, bottom: 84, left: 12 }, controls };
}

const names = (count) => Array.from({ length: count }, (_, index) => `p${index}`);

/** Rounding must not count as an overlap. */
const SLACK = 0.01;

function overlap(a, b) {
  return a.left + SLACK < b.left + b.width && b.left + SLACK < a.left + a.width
    && a.top + SLACK < b.top + b.height && b.top + SLACK < a.top + a.height;
}

function isInside({ left, top, width, height }, place) {
  return left >= -SLACK && top >= -SLACK && width > 0 && height > 0
    && left + width <= place.width + SLACK && top + height <= place.height + SLACK;
}

for (const [width, height] of SIZES) {
  test(`on ${width} x ${height} nothing overlaps and nothing is outside, with 2 to 12 pictures`, () => {
    const place = stage(width, height);
    for (let count = 2; count <= 12; count += 1) {
      const keys = names(count);
      for (const main of [null, keys[0], keys.at(-1)]) {
        const { tiles, self } = arrange(place, keys, main);
        const all = [...tiles.values(), self];
        assert.equal(all.length, count + 1);
        for (const [index, rect] of all.entries()) {
          assert.ok(isInside(rect, place), `${count} ${main}: ${JSON.stringify(rect)}`);
          assert.ok(!overlap(rect, place.controls), `${count} ${main}: the controls are covered`);
          for (const other of all.slice(index + 1)) assert.ok(!overlap(rect, other), `${count} ${main}`);
        }
      }
    }
  });

  test(`on ${width} x ${height} up to seven pictures are large enough to see a face, and a main one takes most`, () => {
    const place = stage(width, height);
    const free = (width - 24) * (height - 96);
    for (let count = 2; count <= 7; count += 1) {
      const even = [...arrange(place, names(count), null).tiles.values()];
      const used = even.reduce((sum, rect) => sum + rect.width * rect.height, 0) * ((count + 1) / count);
      assert.ok(used > free * 0.45, `${count}: ${Math.round((100 * used) / free)} % of the room`);
      const { tiles } = arrange(place, names(count), "p1");
      const main = (tiles.get("p1").width * tiles.get("p1").height) / free;
      assert.ok(main > 0.5, `${count}: the main one has ${Math.round(100 * main)} %`);
    }
  });
}

test("people in a grid have equal tiles of an aspect that suits a face", () => {
  for (const [width, height] of SIZES) {
    for (let count = 2; count <= 9; count += 1) {
      const { shape, tiles, self } = arrange(stage(width, height), names(count), null);
      assert.equal(shape, "grid");
      for (const rect of tiles.values()) {
        assert.deepEqual([rect.width, rect.height], [self.width, self.height]);
        const aspect = rect.width / rect.height;
        assert.ok(aspect > 0.74 && aspect < 1.78, `${width}x${height} ${count}: ${aspect}`);
      }
    }
  }
});

test("one picture fills the stage, and we are in a corner that neither the bar nor the edge covers", () => {
  for (const [width, height] of SIZES) {
    const place = stage(width, height);
    for (const keys of [[], ["p0"]]) {
      const { shape, tiles, self } = arrange(place, keys, "p0");
      assert.equal(shape, keys.length ? "single" : "empty");
      if (keys.length) assert.deepEqual(tiles.get("p0"), { left: 0, top: 0, width, height });
      assert.ok(isInside(self, place) && !overlap(self, place.controls), `${width}x${height} ${JSON.stringify(self)}`);
      assert.ok(self.left + self.width / 2 > width / 2);
    }
  }
});

test("small pictures are beside the large one where the stage is wide, below where it is high", () => {
  const wide = arrange(stage(1280, 800), names(3), "p0");
  assert.ok(wide.tiles.get("p1").left > wide.tiles.get("p0").left + wide.tiles.get("p0").width);
  const high = arrange(stage(360, 740), names(3), "p0");
  assert.ok(high.tiles.get("p1").top > high.tiles.get("p0").top + high.tiles.get("p0").height);
});

test("a stage without room breaks nothing", () => {
  for (const [width, height] of [[0, 0], [10, 10], [200, 60]]) {
    for (const main of [null, "p0"]) {
      for (const rect of arrange(stage(width, height), names(4), main).tiles.values()) {
        for (const length of [rect.left, rect.top, rect.width, rect.height]) assert.ok(Number.isFinite(length));
      }
    }
  }
});
