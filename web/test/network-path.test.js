// SPDX-License-Identifier: Apache-2.0

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  byteText, networkPath, pathSentence, protocolName, relayAddress, remoteName, staysOnPort, verdict,
} from "../network-path.js";

const TURNS = "turns:turn.test:443?transport=tcp";
const SERVERS = [{ urls: [TURNS] }];
const RELAYED = { candidateType: "relay", protocol: "udp", relayProtocol: "tls", url: TURNS };

/** What getStats says; `transport` and `pair` as browsers differ in them. */
function report({ local = RELAYED, remote = { candidateType: "relay" }, pair = {}, transport = true } = {}) {
  const entries = [
    ...(transport ? [{ id: "T", type: "transport", selectedCandidatePairId: "P" }] : []),
    { id: "other", type: "candidate-pair", localCandidateId: "?", remoteCandidateId: "?", state: "failed" },
    {
      id: "P", type: "candidate-pair", localCandidateId: "L", remoteCandidateId: "R", bytesSent: 10, bytesReceived: 20,
      ...pair,
    },
    { id: "L", type: "local-candidate", ...local },
    ...(remote ? [{ id: "R", type: "remote-candidate", ...remote }] : []),
  ];
  return new Map(entries.map((entry) => [entry.id, entry]));
}

const path = (changes) => networkPath(report(changes), SERVERS);

test("a call through the relay is seen as that", () => {
  assert.deepEqual(path(), {
    type: "relay", protocol: "tls", host: "turn.test", port: 443, remoteType: "relay", sent: 10, received: 20,
  });
  assert.ok(staysOnPort(path(), 443));
  assert.equal(protocolName(path()), "TURN over TLS");
  assert.equal(pathSentence(path()), "To the relay turn.test, port 443, and from there to the other browser.");
});

test("browsers that mark the pair, or do not name the server, are understood", () => {
  const older = path({ transport: false, pair: { selected: true }, local: { ...RELAYED, url: undefined } });
  assert.deepEqual(older, path());
  const two = [{ urls: [TURNS, "turns:other.test:443"] }];
  const unknown = networkPath(report({ local: { ...RELAYED, url: undefined } }), two);
  assert.equal(unknown.host, "");
});

test("nothing is claimed before a pair is selected", () => {
  assert.equal(networkPath(new Map([["T", { id: "T", type: "transport" }]]), SERVERS), null);
  assert.equal(path({ transport: false }), null);
  assert.equal(pathSentence(null), "Not connected yet.");
});

test("whatever leaves the port is told", () => {
  const ways = {
    "another port": path({ local: { ...RELAYED, url: "turns:turn.test:5349" } }),
    "no port, which is 5349": path({ local: { ...RELAYED, url: "turns:turn.test" } }),
    "no TLS": path({ local: { ...RELAYED, relayProtocol: "tcp", url: "turn:turn.test:443" } }),
    "no relay": path({ local: { candidateType: "host", protocol: "udp" } }),
    "no relay at the other end": path({ remote: { candidateType: "host" } }),
  };
  for (const [what, way] of Object.entries(ways)) assert.equal(staysOnPort(way, 443), false, what);
  assert.equal(pathSentence(ways["no relay"]), "Directly to the other browser, over UDP.");
  assert.match(pathSentence(ways["no relay at the other end"]), /without a relay/);
  assert.equal(protocolName(ways["no TLS"]), "TURN over TCP");
  assert.equal(remoteName(ways["no relay at the other end"]), "Direct (host)");
  assert.equal(remoteName(ways["no TLS"]), "Relay");
  // Seen before the other end has told it.
  assert.ok(staysOnPort(path({ remote: { candidateType: "prflx" } }), 443));
  assert.ok(staysOnPort(path({ remote: null }), 443));
});

test("the verdict is one sentence", () => {
  const good = { name: "Ana", path: path() };
  const bad = (name) => ({ name, path: path({ local: { candidateType: "host", protocol: "udp" } }) });
  const waiting = { name: "Zoë", path: null };
  assert.deepEqual(verdict([], 443), { state: "none", text: "No media connection yet." });
  assert.equal(verdict([waiting], 443).state, "none");
  assert.deepEqual(verdict([good, waiting], 443), { state: "good", text: "Everything goes through port 443." });
  assert.deepEqual(verdict([good, bad("Ben")], 443), {
    state: "bad", text: "Not everything goes through port 443: the connection to Ben does not.",
  });
  assert.equal(
    verdict([bad("Ben"), bad("Lu"), bad("Zoë"), good], 443).text,
    "Not everything goes through port 443: those to Ben, Lu and Zoë do not.",
  );
  assert.equal(verdict([good], 8443).state, "bad");
});

test("addresses of relays are read as RFC 7065 has them", () => {
  assert.deepEqual(relayAddress("turns:[2001:db8::1]:443?transport=tcp"), { host: "[2001:db8::1]", port: 443 });
  assert.deepEqual(relayAddress("turn:turn.test"), { host: "turn.test", port: 3478 });
  assert.deepEqual(relayAddress(""), { host: "", port: 5349 });
});

test("amounts are short", () => {
  const texts = [0, 999, 1500, 25_300, 1_234_567, 48_000_000, 2.5e9].map(byteText);
  assert.deepEqual(texts, ["0 B", "999 B", "1.5 kB", "25 kB", "1.2 MB", "48 MB", "2.5 GB"]);
});
