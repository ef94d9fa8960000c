// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { ServiceWorkerWorld } from "./fakes/service-worker.js";

let world;

beforeEach(async () => {
  world = new ServiceWorkerWorld();
  await world.install();
  world.fetched.length = 0;
});

test("installing fetches the whole shell past every cache and takes over at once", async () => {
  const fresh = new ServiceWorkerWorld();
  await fresh.install();
  assert.deepEqual(fresh.fetched.map(({ path }) => path), [...fresh.shell]);
  assert.ok(fresh.fetched.every(({ cache }) => cache === "reload"));
  assert.ok(fresh.skippedWaiting && fresh.claimed);
});

test("caches of other names are removed", async () => {
  const fresh = new ServiceWorkerWorld();
  fresh.stores.set("videocall-v1", { entries: new Map() });
  await fresh.install();
  assert.deepEqual([...fresh.stores.keys()], ["videocall-shell"]);
});

test("online, the network answers, revalidated, although the cache could", async () => {
  world.serve = () => ({ ok: true, redirected: false, body: "version 2" });
  assert.equal((await world.request("/app.js")).body, "version 2");
  assert.equal((await world.navigate("/")).body, "version 2");
  assert.deepEqual(world.fetched, [{ path: "/app.js", cache: "no-cache" }, { path: "/", cache: "default" }]);
});

test("offline, the newest version that was seen answers", async () => {
  world.serve = () => ({ ok: true, redirected: false, body: "version 2" });
  await world.request("/app.js");
  world.online = false;
  assert.equal((await world.request("/app.js")).body, "version 2");
  assert.equal((await world.request("/style.css")).body, "network /style.css");
});

test("offline, every navigation ends at the shell", async () => {
  world.online = false;
  assert.equal((await world.navigate("/?room=standup")).body, "network /");
  assert.equal((await world.navigate("/some/where")).body, "network /");
});

test("offline, the check of the connection is there to say so", async () => {
  world.online = false;
  assert.equal((await world.navigate("/check")).body, "network /check");
});

test("the check is kept apart from the app", async () => {
  world.serve = () => ({ ok: true, redirected: false, body: "version 2" });
  await world.navigate("/check");
  world.online = false;
  assert.equal((await world.navigate("/check")).body, "version 2");
  assert.equal((await world.navigate("/")).body, "network /");
});

test("a room's address brings the newest page for offline, too", async () => {
  world.serve = () => ({ ok: true, redirected: false, body: "version 2" });
  await world.navigate("/r/standup");
  world.online = false;
  assert.equal((await world.navigate("/")).body, "version 2");
});

test("another page, an error or a redirect never becomes the offline copy", async () => {
  await world.navigate("/healthz");
  world.serve = () => ({ ok: false, redirected: false, body: "502" });
  assert.equal((await world.navigate("/")).body, "502");
  world.serve = () => ({ ok: true, redirected: true, body: "login page of a hotel" });
  await world.request("/app.js");
  world.online = false;
  assert.equal((await world.navigate("/")).body, "network /");
  assert.equal((await world.request("/app.js")).body, "network /app.js");
});

test("signaling, other methods, other origins and unknown files are not touched", async () => {
  assert.equal(await world.request("/ws"), undefined);
  assert.equal(await world.navigate("/ws"), undefined);
  assert.equal(await world.request("/", { method: "POST" }), undefined);
  assert.equal(await world.request("https://elsewhere.test/app.js"), undefined);
  assert.equal(await world.request("/healthz"), undefined);
  assert.deepEqual(world.fetched, []);
});

test("the admin page and its API are the network's alone", async () => {
  for (const path of ["/admin", "/admin/", "/admin?x=1", "/admin.html"]) assert.equal(await world.navigate(path), undefined, path);
  for (const path of ["/admin/api/status", "/admin/main.js", "/admin/admin.css", "/admin/api/sessions?limit=1"]) {
    assert.equal(await world.request(path), undefined, path);
    assert.equal(await world.navigate(path), undefined, path);
  }
  world.online = false;
  assert.equal(await world.navigate("/admin"), undefined);
  // What is only called alike is the app.
  assert.equal((await world.navigate("/administration")).body, "network /");
  assert.ok([...world.stores.values()].every(({ entries }) => [...entries.keys()].every((key) => !key.startsWith("/admin"))));
});

test("offline without a copy the failure stays a failure", async () => {
  world.online = false;
  world.stores.clear();
  await assert.rejects(world.navigate("/"));
});
