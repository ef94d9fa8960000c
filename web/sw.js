// SPDX-License-Identifier: Apache-2.0

/**
 * The network first, always: what is cached here serves only while there is none, so no version can be pinned.
 *
 * @typedef {Event & { waitUntil(promise: Promise<unknown>): void }} WorkerEvent
 * @typedef {Event & { request: Request, respondWith(response: Promise<Response>): void }} WorkerFetchEvent
 * @typedef {object} WorkerScope
 * @property {Location} location
 * @property {{ claim(): Promise<void> }} clients
 * @property {() => Promise<void>} skipWaiting
 * @property {(type: string, listener: (event: any) => void) => void} addEventListener
 */

const worker = /** @type {WorkerScope} */ (/** @type {unknown} */ (self));

const CACHE = "videocall-shell";

/** Where every navigation ends when offline, */
const PAGE = "/";
/** but this one, which can then say that. */
const CHECK = "/check";
/** Addresses that begin so are the page as well. */
const ROOMS = "/r/";
/** What is about the server itself: never kept, and without a network there is nothing to see there. */
const ADMIN = /^\/admin(?:\.html|\/.*)?$/;

/** Everything the two pages load; a test compares this with their HTML and the imports behind it. */
const SHELL = [
  PAGE,
  CHECK,
  "/app.js",
  "/backoff.js",
  "/call.js",
  "/chat-log.js",
  "/check/check.css",
  "/check/deadline.js",
  "/check/doctor.js",
  "/check/echo-pair.js",
  "/check/host-probe.js",
  "/check/main.js",
  "/check/measure.js",
  "/check/problem.js",
  "/check/relay-probe.js",
  "/check/report.js",
  "/check/signaling-probe.js",
  "/check/step-row.js",
  "/check/steps.js",
  "/check/view.js",
  "/check/words.js",
  "/clock.js",
  "/ice.js",
  "/links.js",
  "/media-sections.js",
  "/media.js",
  "/microphone-level.js",
  "/negotiation.js",
  "/network-path.js",
  "/own-devices.js",
  "/own-media.js",
  "/peer-link.js",
  "/people.js",
  "/preferences.js",
  "/protocol.js",
  "/push-to-talk.js",
  "/quality/control.js",
  "/quality/grade.js",
  "/quality/limit-sender.js",
  "/quality/measure.js",
  "/quality/news.js",
  "/quality/pace.js",
  "/quality/plan.js",
  "/quality/views.js",
  "/quality/words.js",
  "/rooms.js",
  "/screen-capture.js",
  "/seat.js",
  "/session.js",
  "/shortcuts.js",
  "/signaling.js",
  "/sleep-watch.js",
  "/speaker-watch.js",
  "/speech.js",
  "/test-sound.js",
  "/voice-watch.js",
  "/layout/arrange.js",
  "/layout/layout.js",
  "/stage.css",
  "/style.css",
  "/manifest.json",
  "/icons/apple-touch-icon.png",
  "/icons/favicon-32.png",
  "/icons/icon-192.png",
  "/icons/icon-512.png",
  "/icons/icon-maskable-512.png",
  "/icons/icon.svg",
  "/ui/announcer.js",
  "/ui/call-view.js",
  "/ui/chat-panel.js",
  "/ui/controls.js",
  "/ui/copy.js",
  "/ui/device-list.js",
  "/ui/devices.js",
  "/ui/elements.js",
  "/ui/full-screen.js",
  "/ui/grid.js",
  "/ui/help-dialog.js",
  "/ui/invite.js",
  "/ui/join-screen.js",
  "/ui/keyboard.js",
  "/ui/knock-list.js",
  "/ui/modal.js",
  "/ui/more-menu.js",
  "/ui/motion.js",
  "/ui/panels.js",
  "/ui/path-dialog.js",
  "/ui/quality-dialog.js",
  "/ui/quality-mark.js",
  "/ui/room-panel.js",
  "/ui/self-view.js",
  "/ui/settings-dialog.js",
  "/ui/spoken.js",
  "/ui/stage.js",
  "/ui/status.js",
  "/ui/talk-hint.js",
  "/ui/tile.js",
  "/ui/trouble-hint.js",
  "/ui/wake-lock.js",
];

worker.addEventListener("install", (/** @type {WorkerEvent} */ event) => {
  event.waitUntil(precache());
  void worker.skipWaiting();
});

worker.addEventListener("activate", (/** @type {WorkerEvent} */ event) => {
  event.waitUntil(removeOtherCaches().then(() => worker.clients.claim()));
});

worker.addEventListener("fetch", (/** @type {WorkerFetchEvent} */ event) => {
  const key = shellKey(event.request);
  if (key) event.respondWith(networkFirst(event.request, key));
});

async function precache() {
  const cache = await caches.open(CACHE);
  await cache.addAll(SHELL.map((path) => new Request(path, { cache: "reload" })));
}

/** Older versions of this app may have left caches behind, under names of their own. */
async function removeOtherCaches() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)));
}

/**
 * The path under which the cache knows this request; null for what is none of our business, signaling above all.
 *
 * @param {Request} request
 */
function shellKey(request) {
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== worker.location.origin) return null;
  if (url.pathname === "/ws" || ADMIN.test(url.pathname)) return null;
  if (request.mode === "navigate") return url.pathname === CHECK ? CHECK : PAGE;
  return SHELL.includes(url.pathname) ? url.pathname : null;
}

/**
 * @param {Request} request
 * @param {string} key
 */
async function networkFirst(request, key) {
  try {
    // Revalidated even where a cache on the way believes to know better; navigations do not allow the option.
    const response = await fetch(request, request.mode === "navigate" ? undefined : { cache: "no-cache" });
    if (isShell(request, response)) await store(key, response.clone());
    return response;
  } catch (error) {
    const cached = await caches.match(key);
    if (!cached) throw error;
    return cached;
  }
}

/**
 * A navigation may also lead to a page that is not the app (/healthz); that must not become the offline shell.
 *
 * @param {Request} request
 * @param {Response} response
 */
function isShell(request, response) {
  if (!response.ok || response.redirected) return false;
  if (request.mode !== "navigate") return true;
  const { pathname } = new URL(request.url);
  return pathname === PAGE || pathname === CHECK || pathname.startsWith(ROOMS);
}

/**
 * @param {string} key
 * @param {Response} response
 */
async function store(key, response) {
  try {
    await (await caches.open(CACHE)).put(key, response);
  } catch {
    // A full disk costs the offline copy, not the page.
  }
}
