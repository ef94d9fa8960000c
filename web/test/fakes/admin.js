// SPDX-License-Identifier: Apache-2.0

/** What a server says about itself, as docs/admin.md has it. */
export function status(changes = {}) {
  return {
    version: "0.4.0", startedAt: 1000, now: 5000, state: "serving", logLevel: "info", cpuSeconds: 10,
    residentBytes: 50_000_000, openFiles: 40, eventLoopLagSeconds: { p50: 0.0001, p99: 0.002 },
    allocations: { udp: 1, tcp: 2, tls: 3 }, bytes: { fromClients: 1000, toClients: 2000 },
    packets: { fromClients: 10, toClients: 20 }, drops: { queue_age: 5 },
    queueDelay: { bounds: [0.01, 0.1], counts: [10, 0, 0] }, websockets: 4, rooms: 2, members: 4, waiting: 1,
    httpConnections: 6, undecidedConnections: 0, authenticationFailures: 7, tlsHandshakes: 100,
    tlsHandshakeFailures: 3, certificates: [{ name: "call.test", expiresAt: 9000 }],
    ...changes,
  };
}

export function session(changes = {}) {
  return {
    id: "a1", user: "ana", realm: "call.test", transport: "tls", client: "192.0.2.1:50000",
    relayed: ["203.0.113.1:49152"], startedAt: 4000, expiresAt: 6000, bytesFromClient: 1000, bytesToClient: 500,
    packetsFromClient: 10, packetsToClient: 5, queueDelaySeconds: 0.01, droppedPackets: 2, permissions: 1, channels: 1,
    ...changes,
  };
}
