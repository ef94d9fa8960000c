// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { ServiceWorkerWorld } from "./fakes/service-worker.js";

const root = new URL("../", import.meta.url);
const read = (path) => readFileSync(new URL(`.${path}`, root), "utf8");
const PAGES = { "/": "/index.html", "/check": "/check/index.html" };
/** Of who runs the server: no part of the app. */
const ADMIN = "/admin";
const FILES = { ...PAGES, [ADMIN]: "/admin.html" };
const page = read(PAGES["/"]);
const text = (path) => read(FILES[path] ?? path);

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

/** What a page refers to, other pages aside. */
function linkedPaths(address) {
  const linked = [...text(address).matchAll(/(?:href|src)="(\/[^"]*)"/g)].map(([, path]) => path);
  return linked.filter((path) => !(path in FILES));
}

/** What the browser loads for a page: itself, what it refers to, and what that refers to. */
function loadedPaths(address) {
  const linked = linkedPaths(address);
  const manifest = linked.includes("/manifest.json") ? JSON.parse(read("/manifest.json")) : { icons: [] };
  const scripts = linked.filter((path) => path.endsWith(".js"));
  const imported = scripts.flatMap((path) => [...modules(path)]);
  return new Set([address, ...linked, ...imported, ...manifest.icons.map(({ src }) => src)]);
}

const shell = new Set(Object.keys(PAGES).flatMap((address) => [...loadedPaths(address)]));
const everything = new Set([...shell, ...loadedPaths(ADMIN)]);

/** Of what is text, as it is transferred. */
function compressedSize(paths) {
  const texts = [...paths].filter((path) => !path.startsWith("/icons/"));
  return texts.reduce((sum, path) => sum + gzipSync(text(path)).length, 0);
}

test("the service worker keeps exactly what the pages load", () => {
  const kept = new ServiceWorkerWorld().shell;
  assert.deepEqual([...kept].sort(), [...shell].sort());
});

test("nothing of the admin page is in the app", () => {
  assert.deepEqual([...shell].filter((path) => path.startsWith(ADMIN)), []);
});

test("every module of the admin page is loaded, and they are small", () => {
  const there = readdirSync(new URL("./admin/", root)).map((name) => `/admin/${name}`);
  assert.deepEqual(there.filter((path) => !everything.has(path)), []);
  const size = compressedSize(loadedPaths(ADMIN));
  assert.ok(size < 45_000, `${size} bytes`);
});

test("the page is there after few requests, and the whole app is small", () => {
  // Of the icons a browser takes one; the picture on the page is another at most.
  const linked = linkedPaths("/").filter((path) => !path.startsWith("/icons/"));
  const first = new Set([...linked, ...modules("/app.js", [STATIC])]);
  assert.ok(1 + first.size + 2 < 15, [...first].join(" "));
  const size = compressedSize(loadedPaths("/"));
  assert.ok(size < 120_000, `${size} bytes`);
});

test("the check of the connection is small, too", () => {
  const size = compressedSize(loadedPaths("/check"));
  assert.ok(size < 40_000, `${size} bytes`);
});

test("everything the pages load exists", () => {
  for (const path of everything) assert.ok(existsSync(new URL(`.${FILES[path] ?? path}`, root)), path);
});

test("the style sheets load nothing", () => {
  const sheets = [...everything].filter((path) => path.endsWith(".css"));
  for (const path of sheets) assert.doesNotMatch(read(path), /url\(|@import/, path);
});

test("the pages need nothing that the content security policy forbids", () => {
  for (const address of Object.keys(FILES)) {
    assert.doesNotMatch(text(address), /<script(?![^>]*\bsrc=)/, "inline script");
    assert.doesNotMatch(text(address), /\sstyle=|<style/, "inline style");
    assert.doesNotMatch(text(address), /\son[a-z]+=/, "inline handler");
  }
  for (const path of everything) {
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
