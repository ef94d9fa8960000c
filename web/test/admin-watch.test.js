// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { AdminAPI } from "../admin/api.js";
import { TokenStore } from "../admin/token-store.js";
import { Watch } from "../admin/watch.js";
import { session, status } from "./fakes/admin.js";
import { FakeClock, settle } from "./fakes/clock.js";

const TOKEN = "an-admin-token-of-32-characters!";

let clock;
let asked;
let server;
let shows;
let watch;

/** What the server answers by path; a function of the request may take its time. */
function answer(path, options) {
  asked.push({ path, ...options });
  const given = server[path.replace(/^\/admin\/api\/|\?.*$/g, "")] ?? server.any;
  if (typeof given === "function") return given(path, options);
  return Promise.resolve(new Response(JSON.stringify(given)));
}

const failure = (code, body = { error: "No." }) => async () => new Response(JSON.stringify(body), { status: code });
const looks = () => asked.filter(({ path }) => path.endsWith("/status")).length;

beforeEach(() => {
  clock = new FakeClock();
  asked = [];
  shows = [];
  server = { status: status(), sessions: { total: 1, sessions: [session()] }, rooms: { total: 0, rooms: [] } };
  watch = new Watch(new AdminAPI(answer, clock, TOKEN), clock, ({ scene }) => shows.push(scene));
});

test("it looks at once and every two seconds", async () => {
  watch.start();
  await settle();
  assert.deepEqual(asked.map(({ path }) => path),
    ["/admin/api/status", "/admin/api/sessions?limit=100&sort=rate", "/admin/api/rooms?limit=200"]);
  assert.equal(shows[0].sample.status.version, "0.4.0");
  assert.equal(shows[0].rates.incoming, null);
  server.status = status({ now: 5002, bytes: { fromClients: 2000, toClients: 2000 } });
  await clock.advance(2000);
  assert.deepEqual([shows.length, shows[1].rates.incoming, shows[1].rates.outgoing], [2, 4000, 0]);
  assert.deepEqual(watch.history.points("incoming").map(({ value }) => value), [null, 4000]);
});

test("the token is in a header and in no address", async () => {
  watch.start();
  await clock.advance(2000);
  await new AdminAPI(answer, clock, TOKEN).kick({ session: "a1" }).catch(() => {});
  for (const { path, headers, cache } of asked) {
    assert.equal(headers.Authorization, `Bearer ${TOKEN}`);
    assert.equal(cache, "no-store");
    assert.ok(!path.includes(TOKEN));
  }
});

test("trouble is tried again, ever more rarely, and goes by itself", async () => {
  watch.start();
  await settle();
  const refused = () => Promise.reject(new TypeError());
  // 2, 4, 8, 16 and 30 seconds later; wrong tokens are counted.
  for (const [given, kind, tries] of [
    [failure(503), "busy", 5], [failure(401), "unauthorized", 2], [refused, "offline", 5],
  ]) {
    server.status = given;
    await clock.advance(2000);
    assert.equal(shows.at(-1).problem.kind, kind);
    const before = looks();
    await clock.advance(60_000);
    assert.equal(looks() - before, tries);
    assert.equal(shows.at(-1).sample.status.version, "0.4.0");
    server.status = status({ now: 5100 });
    await clock.advance(30_000);
    assert.equal(shows.at(-1).problem, null);
    assert.ok(clock.now() - shows.at(-1).lastGoodAt <= 2000);
  }
});

test("a wrong token is sent once a look", async () => {
  server.status = failure(401);
  watch.start();
  await settle();
  assert.deepEqual([asked.length, shows[0].problem.kind, shows[0].problem.sentence], [1, "unauthorized", "No."]);
});

test("what is no answer is trouble, too", async () => {
  for (const [body, kind] of [["<html>", "odd"], ["[]", "odd"], ["", "odd"]]) {
    server.status = async () => new Response(body);
    watch.start();
    await settle();
    assert.equal(shows.at(-1).problem.kind, kind, body);
  }
  server.status = async () => new Response("<html>Bad gateway", { status: 502 });
  watch.start();
  await settle();
  assert.deepEqual([shows.at(-1).problem.kind, shows.at(-1).problem.sentence], ["busy", ""]);
});

test("a server that says nothing is given up after ten seconds", async () => {
  server.status = (_, { signal }) =>
    new Promise((_, reject) => signal.addEventListener("abort", () => reject(new DOMException("", "AbortError"))));
  watch.start();
  await clock.advance(9999);
  assert.equal(shows.length, 0);
  await clock.advance(1);
  assert.equal(shows[0].problem.kind, "offline");
});

test("stopped it asks for nothing, and shows nothing that is under way", async () => {
  watch.start();
  watch.stop();
  await clock.advance(60_000);
  assert.deepEqual([looks(), shows.length, clock.pending], [1, 0, 0]);
  watch.refresh();
  watch.choose(1000, "age");
  await clock.advance(60_000);
  assert.equal(looks(), 1);
  watch.start();
  await settle();
  assert.equal(shows.length, 1);
  assert.equal(asked.at(-2).path, "/admin/api/sessions?limit=1000&sort=age");
});

test("only the newest look counts", async () => {
  const answers = [];
  server.status = () => new Promise((resolve) => answers.push(resolve));
  watch.start();
  watch.refresh();
  const reply = (version) => new Response(JSON.stringify(status({ version })));
  answers[1](reply("new"));
  await settle();
  answers[0](reply("old"));
  await settle();
  assert.deepEqual(shows.map(({ sample }) => sample.status.version), ["new"]);
  assert.equal(clock.pending, 1);
});

test("another choice of sessions is asked for at once, the same is not", async () => {
  watch.start();
  await settle();
  watch.choose(100, "rate");
  watch.choose(100, "queue");
  await settle();
  assert.equal(looks(), 2);
  assert.equal(asked.at(-2).path, "/admin/api/sessions?limit=100&sort=queue");
});

test("changes are said as the API wants them", async () => {
  server.any = {};
  server.kick = { ended: 2 };
  const api = new AdminAPI(answer, clock, TOKEN);
  assert.equal(await api.kick({ user: "ana" }), 2);
  await api.drain();
  await api.serve();
  await api.setLogLevel("debug");
  assert.deepEqual(asked.map(({ method, path, body, headers }) => [method, path, body, headers["Content-Type"]]), [
    ["POST", "/admin/api/kick", '{"user":"ana"}', "application/json"],
    ["POST", "/admin/api/drain", "{}", "application/json"],
    ["POST", "/admin/api/drain", '{"state":"serving"}', "application/json"],
    ["PUT", "/admin/api/loglevel", '{"level":"debug"}', "application/json"],
  ]);
  server.kick = failure(404, { error: "There is no such session." });
  await assert.rejects(api.kick({ session: "x" }), { kind: "missing", sentence: "There is no such session." });
});

test("a storage that is full or forbidden costs only the memory", () => {
  const full = { getItem: () => null, removeItem: () => {}, setItem: () => { throw new Error("full"); } };
  for (const storage of [full, null]) {
    const store = new TokenStore(storage);
    store.set("t");
    store.forget();
    assert.equal(store.get(), "");
  }
});
