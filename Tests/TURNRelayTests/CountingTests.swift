// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec
import TURNClient
import TestSupport
import Testing

@testable import TURNRelay

/// What a relay counts of requests and allocations.
struct CountingTests {
    private func askWithoutCredentials(_ bench: Bench) throws -> Answer {
        let client = bench.connect()
        var writer = STUNMessageWriter(type: MessageType(.allocate, .request), transactionID: bench.transactionID())
        writer.append(RequestedTransport.udp)
        return try Answer(bench.send(writer.bytes, from: client))
    }

    @Test(arguments: [
        (Credential(username: "alice", password: "wrong"), AuthenticationRefusal.wrongPassword),
        (Credential(username: "mallory", password: "wonder"), .unknownUser),
        (Credential(username: "alice", password: "wonder", realm: "example.com"), .wrongRealm),
        (Credential(username: "1600000000:alice", password: "wonder"), .expired),
        (Credential(username: "1800000000:alice", password: "wonder"), .wrongPassword),
    ])
    func `wrong credentials are told apart from none`(credential: Credential, refusal: AuthenticationRefusal) throws {
        let bench = try Bench()
        #expect(try askWithoutCredentials(bench).error == 401)
        #expect(bench.relay.counters.refusals == [.noCredentials: 1])
        #expect(try bench.ask(.allocate, bench.connect(credential), RequestedTransport.udp).error == 401)
        #expect(bench.relay.counters.refusals == [.noCredentials: 1, refusal: 1])
        #expect(bench.relay.counters.requests[.allocate, 401] == 2)
    }

    @Test func `requests are counted by method and answer`() throws {
        let bench = try Bench()
        let client = try bench.allocate()
        #expect(try bench.ask(.createPermission, client, peer("8.8.8.8")).error == 403)
        #expect(try bench.ask(.channelBind, bench.connect()).error == 437)
        #expect(try bench.ask(Method(rawValue: 0x7F), client).error == 400)
        bench.now.unixTime += 601
        #expect(try bench.ask(.refresh, client).error == 438)
        let binding = STUNMessageWriter(type: MessageType(.binding, .request), transactionID: bench.transactionID())
        #expect(try Answer(bench.send(binding.bytes, from: client)).isSuccess)
        let requests = bench.relay.counters.requests
        #expect(requests[.allocate, 0] == 1 && requests[.binding, 0] == 1)
        #expect(requests[.createPermission, 403] == 1 && requests[.channelBind, 437] == 1)
        #expect(requests[.other, 400] == 1 && requests[.refresh, 438] == 1)
        #expect(bench.relay.counters.refusals == [.staleNonce: 1])
    }

    @Test func `every code that there is has a place`() {
        let errors: [RequestError] = [
            .tryAlternate(TransportAddress(IPAddress(ipv4: 1), port: 1)), .badRequest(""), .unknownAttributes([]),
            .unauthorized(.expired), .forbidden, .mobilityForbidden, .allocationMismatch, .staleNonce,
            .addressFamilyNotSupported, .wrongCredentials, .unsupportedTransport, .peerAddressFamilyMismatch,
            .connectionAlreadyExists, .connectionFailure, .allocationQuotaReached, .insufficientCapacity,
        ]
        #expect(Set(errors.map(\.code)).union([0]) == Set(RequestCounters.codes))
    }

    @Test func `a Connect is counted when it is answered`() throws {
        let bench = try Bench.tcp()
        let client = try bench.allocateTCP()
        _ = try bench.connect(client, to: peer("5.5.5.5"))
        #expect(bench.relay.counters.requests[.connect, 0] == 1)
    }

    @Test func `allocations are counted from their begin to their end`() throws {
        let bench = try Bench()
        let (deleted, gone, expiring) = (try bench.allocate(), try bench.allocate(), try bench.allocate())
        #expect(bench.relay.counters.allocationsMade[.tcp] == 3)
        #expect(bench.relay.census.allocations[.tcp] == 3 && bench.relay.census.clients[.tcp] == 3)
        #expect(try bench.ask(.refresh, deleted, Lifetime(seconds: 0)).isSuccess)
        #expect(bench.relay.census.allocations[.tcp] == 2 && bench.relay.census.clients[.tcp] == 3)
        bench.relay.disconnect(gone.id, at: bench.now.uptime)
        #expect(bench.relay.counters.allocationsEnded == [.deleted: 1, .disconnected: 1])
        _ = bench.advance(.minutes(11))
        #expect(bench.relay.counters.allocationsEnded == [.deleted: 1, .disconnected: 1, .expired: 1])
        #expect(bench.relay.census.allocations[.tcp] == 0 && bench.relay.census.clients.sum <= 2)
        _ = expiring
    }

    @Test func `a client over UDP is one of UDP`() throws {
        let bench = try Bench()
        let address = TransportAddress(IPAddress(ipv4: 0xC000_0201), port: 7)
        let client = TestClient(id: ClientID(slot: 0, generation: 0), address: address, credential: .alice)
        bench.renewNonce(of: client)
        let request = try client.request(.allocate, bench.transactionID(), [RequestedTransport.udp])
        _ = bench.relay.receive(request.rawSpan, fromStranger: address, at: bench.now)
        #expect(bench.relay.census.allocations[.udp] == 1 && bench.relay.counters.allocationsMade[.udp] == 1)
    }

    @Test func `an allocation without its client is detached`() throws {
        var configuration = RelayConfiguration()
        configuration.allowsMobility = true
        let bench = try Bench(configuration)
        let client = bench.connect()
        #expect(try bench.ask(.allocate, client, RequestedTransport.udp, MobilityTicket(bytes: [])).isSuccess)
        bench.relay.disconnect(client.id, at: bench.now.uptime)
        #expect(bench.relay.census.detachedAllocations == 1 && bench.relay.census.clients.sum == 0)
        #expect(bench.relay.counters.allocationsEnded.isEmpty)
    }

    @Test func `delays are in the bucket of their power of two`() {
        var delays = DelayHistogram()
        let milliseconds: [Int64] = [0, 1, 2, 3, 4, 1000, 1_000_000]
        for delay in milliseconds { delays.add(.milliseconds(delay)) }
        delays.add(.nanoseconds(-5))
        delays.add(.microseconds(999))
        #expect(delays.counts[0] == 3 && delays.counts[1] == 1 && delays.counts[2] == 2 && delays.counts[3] == 1)
        #expect(delays.counts[10] == 1 && delays.counts[13] == 1)
        #expect(delays.sum == .milliseconds(milliseconds.reduce(0, +)) + .microseconds(999))
        #expect(delays.longest == .milliseconds(1_000_000))
    }
}

/// What a server counts of the traffic of its clients.
struct TrafficTests {
    @Test func `traffic by direction and transport`() async throws {
        try await withRelay { relay, tcp in
            let udp = try relay.listenForDatagrams(on: DatagramRelayTests.anyPort)
            let (one, other) = try await join(connectOverUDP(to: udp), connect(to: tcp))
            for _ in 0..<3 { one.send(ByteBuffer(string: "12345"), on: DatagramRelayTests.channel) }
            var iterator = other.data.makeAsyncIterator()
            for _ in 0..<3 { #expect(await iterator.next() != nil) }
            let snapshot = await relay.snapshot()
            let counters = snapshot.counters
            #expect(counters.fromClients[.udp].packets == 3 && counters.fromClients[.udp].bytes == 15)
            #expect(counters.toClients[.tcp] == counters.fromClients[.udp])
            #expect(counters.fromClients[.tcp] == Traffic() && counters.toClients[.udp] == Traffic())
            #expect(counters.toPeers == Traffic() && counters.fromPeers == Traffic())
            #expect(snapshot.allocationsByRealm == [Bench.realm: 2] && snapshot.relayedAddresses == 2)
            #expect(snapshot.census.allocations[.udp] == 1 && snapshot.census.allocations[.tcp] == 1)
            #expect(counters.clients[.udp] == 1 && counters.clients[.tcp] == 1)
            await one.close()
            await other.close()
        }
    }

    @Test func `traffic with peers`() async throws {
        try await withRelay(.open) { relay, tcp in
            try await DatagramRelayTests().withEcho { peer in
                let client = try await connect(to: tcp)
                _ = try await client.allocate()
                try await client.bind(DatagramRelayTests.channel, to: peer)
                client.send(ByteBuffer(string: "1234567"), on: DatagramRelayTests.channel)
                var iterator = client.data.makeAsyncIterator()
                #expect(await iterator.next() != nil)
                let counters = await relay.snapshot().counters
                #expect(counters.toPeers.packets == 1 && counters.toPeers.bytes == 7)
                #expect(counters.fromPeers == counters.toPeers)
                #expect(counters.fromClients[.tcp] == counters.toPeers && counters.toClients[.tcp] == counters.toPeers)
                await client.close()
            }
        }
    }

    /// They tell at each tick, also of one that is in time.
    @Test(.timeLimit(.minutes(1))) func `loops tell how late they are`() async throws {
        try await withRelay(.open) { relay, _ in
            func ticks(of delays: DelayHistogram) -> Int { delays.counts.indices.reduce(0) { $0 + delays.counts[$1] } }
            var snapshot = await relay.snapshot()
            while [snapshot.eventLoopDelays, snapshot.streamThreadDelays, snapshot.datagramThreadDelays]
                .contains(where: { ticks(of: $0) < 4 })
            {
                try await Task.sleep(for: .milliseconds(10))
                snapshot = await relay.snapshot()
            }
        }
    }
}
