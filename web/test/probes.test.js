// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { EchoPair } from "../check/echo-pair.js";
import { probeHost } from "../check/host-probe.js";
import { LOAD_BYTES, roundTrip, throughput } from "../check/measure.js";
import { probeRelay } from "../check/relay-probe.js";
import { probeSignaling } from "../check/signaling-probe.js";
import { FakeClock, settle } from "./fakes/clock.js";
import { EchoNetwork } from "./fakes/echo-connection.js";
import { FakeWebSocket } from "./fakes/web-socket.js";

const GRANT = {
  iceServers: [{ urls: ["turns:turn.test:443?transport=tcp"], username: "1:secret-name", credential: "secret-word" }],
  iceTransportPolicy: "all",
  lifetime: 600,
};

let clock, network, instruments;

beforeEach(() => {
  clock = new FakeClock();
  network = new EchoNetwork();
  FakeWebSocket.all = [];
  instruments = { clock, now: () => clock.now(), grant: GRANT, createConnection: network.create };
});

/** Both ends of a pair have gathered, and heard of each other. */
async function exchange() {
  for (let turn = 0; turn < 4; turn += 1) await settle();
}

/** The code and details of the problem that this ends with, while time passes. */
async function problem(work, milliseconds = 0) {
  const result = work.then(() => assert.fail("no problem"), (error) => error);
  await exchange();
  await clock.advance(milliseconds);
  const { code, details } = await result;
  return { code, details };
}

const codeOf = async (work, milliseconds) => (await problem(work, milliseconds)).code;

// The call server

const host = (fetch, isOnline = true) => probeHost({ ...instruments, fetch, isOnline: () => isOnline });
const answer = (text, status = 200) => async () => ({ status, text: async () => text });

test("the server has answered when its own words came", async () => {
  const asked = [];
  const fetch = async (url, options) => {
    asked.push([url, options.cache, options.redirect]);
    return { status: 200, text: async () => "ok\n" };
  };
  assert.equal(await host(fetch), 0);
  assert.deepEqual(asked, [["/healthz", "no-store", "manual"]]);
  assert.equal(clock.pending, 0);
});

test("what else may become of a request to the server", async () => {
  assert.equal(await codeOf(host(answer("ok\n"), false)), "offline");
  assert.equal(await codeOf(host(async () => Promise.reject(new TypeError("Failed to fetch")))), "unreachable");
  assert.equal(await codeOf(host(() => new Promise(() => {})), 10_000), "silent");
  assert.equal(await codeOf(host(answer("<html>Please sign in"))), "foreign");
  // What a redirect that is not followed looks like.
  assert.deepEqual(await problem(host(answer("", 0))), { code: "foreign", details: ["HTTP 0"] });
});

// Signaling

const PLACE = { url: "wss://call.test/ws", room: "of-its-own", WebSocket: FakeWebSocket };
const signal = () => probeSignaling({ ...instruments, ...PLACE });

test("signaling joins a room, takes the grant, and leaves", async () => {
  const work = signal();
  await clock.advance(30);
  FakeWebSocket.last.accept();
  await settle();
  FakeWebSocket.last.deliver({ type: "from a newer server" });
  FakeWebSocket.last.deliver({ type: "joined", peerId: "me", peers: [], ...GRANT });
  const { grant, milliseconds } = await work;
  assert.deepEqual([grant.iceServers, milliseconds], [GRANT.iceServers, 30]);
  assert.deepEqual(FakeWebSocket.last.sent, [{ type: "join", room: "of-its-own" }, { type: "leave" }]);
  assert.ok(FakeWebSocket.last.closed);
  assert.equal(clock.pending, 0);
});

test("what may become of a WebSocket that does not open", async () => {
  const refused = signal();
  FakeWebSocket.last.onclose({ code: 1006 });
  assert.equal(await codeOf(refused), "refused");
  assert.equal(await codeOf(signal(), 10_000), "silent");
  assert.ok(FakeWebSocket.last.closed);
});

test("what may become of one that opens", async () => {
  const opened = async () => {
    const work = signal();
    FakeWebSocket.last.accept();
    await settle();
    return [work, FakeWebSocket.last];
  };
  const [cut, cutSocket] = await opened();
  cutSocket.onclose({ code: 1006 });
  assert.deepEqual(await problem(cut), { code: "cut", details: ["close code 1006"] });
  const [mute] = await opened();
  assert.equal(await codeOf(mute, 8000), "mute");
  const [declined, declinedSocket] = await opened();
  declinedSocket.deliver({ type: "error", code: "server-full", message: "No place." });
  assert.deepEqual(await problem(declined), { code: "declined", details: ["error server-full"] });
});

// The relay

test("the relay has answered when there is a relay candidate, and only it was asked", async () => {
  await probeRelay(instruments);
  const [connection] = network.all;
  assert.equal(connection.configuration.iceTransportPolicy, "relay", "whatever calls may do");
  assert.ok(connection.closed);
  assert.equal(clock.pending, 0);
});

test("what may become of a relay, with what ICE says and without the credentials", async () => {
  network.candidates = [0, 0, 0, 0, 0];
  const failure = (errorCode, errorText) => ({ errorCode, errorText, url: "turns:turn.test:443" });
  const after = async (...errors) => {
    network.errors = errors;
    return problem(probeRelay(instruments));
  };
  assert.equal((await after()).code, "unreachable");
  assert.equal((await after(failure(701, "TURN allocate request timed out."))).code, "unreachable");
  const unreached = failure(701, "Failed to establish connection");
  const { details } = await after(unreached, unreached);
  assert.deepEqual(details.slice(1), ["ICE error 701 Failed to establish connection"]);
  const refused = await after(failure(401, "Unauthorized"));
  assert.deepEqual(refused, {
    code: "declined",
    details: ["turns:turn.test:443?transport=tcp", "ICE error 401 Unauthorized"],
  });
  network.gathers = false;
  network.errors = [];
  assert.equal(await codeOf(probeRelay(instruments), 15_000), "silent");
  assert.ok(network.all.every(({ closed }) => closed));
  const without = { ...GRANT, iceServers: [{ urls: "turn:turn.test:3478" }] };
  assert.equal(await codeOf(probeRelay({ ...instruments, grant: without })), "none");
});

// The echo

test("two connections of one grant meet, and what is sent comes back", async () => {
  const pair = new EchoPair(instruments);
  await pair.open();
  assert.equal(await roundTrip(pair, instruments), 0);
  assert.deepEqual(await pair.paths(), [null, null]);
  pair.close();
  assert.equal(network.all.length, 2);
  for (const { configuration, closed } of network.all) {
    assert.deepEqual(configuration.iceServers, GRANT.iceServers);
    assert.deepEqual([configuration.iceTransportPolicy, closed], ["relay", true]);
  }
  assert.equal(clock.pending, 0);
});

test("what may become of two connections", async () => {
  const open = () => new EchoPair(instruments).open();
  network.connects = false;
  assert.deepEqual(await problem(open(), 20_000), { code: "silent", details: ["relay candidates: 1 and 1"] });
  const failing = open();
  await exchange();
  network.all.at(-1).fail();
  assert.equal(await codeOf(failing), "silent");
  network.candidates = Array.from({ length: 9 }, (_, number) => (number % 2 === 0 ? 1 : 0));
  // Nobody waits for what ICE has ended.
  assert.deepEqual(await problem(open()), { code: "single", details: ["relay candidates: 1 and 0"] });
  assert.equal(clock.pending, 0);
});

test("an echo that ends is noticed", async () => {
  const pair = new EchoPair(instruments);
  await pair.open();
  network.delivers = (data) => data !== "3";
  assert.equal(await codeOf(roundTrip(pair, instruments), 5000), "lost");
});

test("the load ends by its size, and nothing goes on after that", async () => {
  const pair = new EchoPair(instruments);
  await pair.open();
  let sent = 0;
  network.delivers = (data) => {
    sent += data.byteLength;
    clock.time += 1;
    return true;
  };
  // Time passes with each of the 256 pieces: 4 MiB in about a quarter of a second.
  const bits = await throughput(pair, instruments);
  assert.equal(sent, LOAD_BYTES);
  assert.equal(Math.round(bits / 1e6), 131);
  assert.equal(clock.pending, 0);
});

test("the load ends by time, and what never arrives is a problem", async () => {
  const pair = new EchoPair(instruments);
  await pair.open();
  let pieces = 0;
  network.delivers = () => (pieces += 1) <= 10;
  const work = throughput(pair, instruments);
  await settle();
  await clock.advance(2000);
  assert.ok((await work) > 0);
  network.delivers = () => false;
  assert.equal(await codeOf(throughput(pair, instruments), 2000), "stalled");
});
