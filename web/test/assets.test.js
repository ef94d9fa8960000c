// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { ServiceWorkerWorld } from "./fakes/service-worker.js";

const root = new URL("../", import.meta.url);
const read = (path) => readFileSync(new URL(`.${path}`, root), "utf8");
const page = read("/index.html");

const STATIC = /^(?:import|export) [^;]*?"(\..*?)";/gm;
const DYNAMIC = /\bimport\("(\..*?)"\)(?!\.)/g;

/** Every module that `path` leads to, itself included. */
function modules(path, imports = [STATIC, DYNAMIC], found = new Set()) {
  if (found.has(path)) return found;
  found.add(path);
  for (const [, target] of imports.flatMap((pattern) => [...read(path).matchAll(pattern)])) {
    modules(new URL(target, `https://call.test${path}`).pathname, imports, found);
  }
  return found;
}

/** What the browser loads: the page, what it refers to, and what that refers to. */
function loadedPaths() {
  const linked = [...page.matchAll(/(?:href|src)="(\/[^"]*)"/g)].map(([, path]) => path);
  const manifest = JSON.parse(read("/manifest.json"));
  const scripts = linked.filter((path) => path.endsWith(".js"));
  const imported = scripts.flatMap((path) => [...modules(path)]);
  return new Set(["/", ...linked, ...imported, ...manifest.icons.map(({ src }) => src)]);
}

test("the service worker keeps exactly what the page loads", () => {
  const { shell } = new ServiceWorkerWorld();
  assert.deepEqual([...shell].sort(), [...loadedPaths()].sort());
});

test("the page is there after few requests, and the whole app is small", () => {
  const linked = [...page.matchAll(/(?:href|src)="(\/[^"]*)"/g)].map(([, path]) => path).filter((path) => path !== "/");
  // Of the icons a browser takes one; the picture on the page is another at most.
  const first = new Set([...linked.filter((path) => !path.startsWith("/icons/")), ...modules("/app.js", [STATIC])]);
  assert.ok(1 + first.size + 2 < 15, [...first].join(" "));
  const text = [...loadedPaths()].filter((path) => !path.startsWith("/icons/"));
  const size = text.reduce((sum, path) => sum + gzipSync(read(path === "/" ? "/index.html" : path)).length, 0);
  assert.ok(size < 100_000, `${size} bytes`);
});

test("everything the page loads exists", () => {
  for (const path of loadedPaths()) {
    assert.ok(existsSync(new URL(path === "/" ? "./index.html" : `.${path}`, root)), path);
  }
});

test("the style sheet loads nothing", () => {
  assert.doesNotMatch(read("/style.css"), /url\(|@import/);
});

test("the page needs nothing that the content security policy forbids", () => {
  assert.doesNotMatch(page, /<script(?![^>]*\bsrc=)/, "inline script");
  assert.doesNotMatch(page, /\sstyle=|<style/, "inline style");
  assert.doesNotMatch(page, /\son[a-z]+=/, "inline handler");
  for (const path of loadedPaths()) {
    if (path.endsWith(".js")) assert.doesNotMatch(read(path), /innerHTML|outerHTML|insertAdjacentHTML|\beval\(/, path);
  }
});

test("icons have the size the manifest says", () => {
  for (const { src, sizes, type } of JSON.parse(read("/manifest.json")).icons) {
    if (type !== "image/png") continue;
    const png = readFileSync(new URL(`.${src}`, root));
    // Width and height open the IHDR chunk (PNG, section 11.2.1).
    assert.equal(`${png.readUInt32BE(16)}x${png.readUInt32BE(20)}`, sizes, src);
  }
});

test("the buttons have the names that people and tests look for", () => {
  for (const name of ["Mute audio", "Mute video"]) {
    assert.match(page, new RegExp(`<button[^>]*aria-label="${name}" aria-pressed="false"`));
  }
  for (const name of ["Join Call", "Leave Call"]) {
    const content = `<svg[^>]*>.*?</svg>\\s*<span>${name}</span>`;
    assert.match(page, new RegExp(`<button[^>]*type="button">\\s*${content}\\s*</button>`));
  }
});
