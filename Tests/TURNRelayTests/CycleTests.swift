// SPDX-License-Identifier: Apache-2.0

import Foundation
import NIOCore
import STUNCodec
import TestSupport
import Testing

@testable import TURNRelay

/// However often clients allocate and delete, nothing stays behind.
struct CycleTests {
    /// A debug build does 10,000 in some three seconds, and SWIFTTURN_CYCLES=100000 in half a minute.
    private static let count = ProcessInfo.processInfo.environment["SWIFTTURN_CYCLES"].flatMap { Int($0) } ?? 10_000
    /// Those of the eight seconds that UDP clients are remembered, ten in each, and the one that is there.
    private static let mostClients = 81

    private func expectNothingIsLeft(_ bench: Bench) {
        #expect(bench.directory.count == 0 && bench.quota.totalInUse == 0 && bench.sockets.open.isEmpty)
        #expect(bench.relay.clientCount == 0 && bench.relay.deferred.isEmpty)
        #expect(bench.relay.tickets?.count ?? 0 == 0)
        #expect(bench.relay.deadlines.count <= 2 * Self.mostClients + DeadlineQueue.slack)
        #expect(bench.advance(.hours(1)).isEmpty && bench.relay.deadlines.count == 0)
    }

    @Test func `on one connection`() throws {
        let bench = try Bench()
        let client = bench.connect()
        for _ in 0..<Self.count {
            #expect(try bench.ask(.allocate, client, RequestedTransport.udp).isSuccess)
            #expect(try bench.ask(.refresh, client, Lifetime(seconds: 0)).isSuccess)
        }
        bench.relay.disconnect(client.id, at: bench.now.uptime)
        expectNothingIsLeft(bench)
    }

    @Test func `on a connection each, that ends`() throws {
        let bench = try Bench()
        for _ in 0..<Self.count {
            let client = try bench.allocate()
            bench.relay.disconnect(client.id, at: bench.now.uptime)
        }
        expectNothingIsLeft(bench)
    }

    /// Each from a port of its own, with a ticket, in the open relay: all that an allocation can have.
    @Test func `over UDP, and time passes`() throws {
        var configuration = RelayConfiguration()
        configuration.allowsMobility = true
        configuration.mode = .open([RelayAddress(IPAddress(ipv4: 0xCB00_7101))], ports: 50_000...50_009)
        let bench = try Bench(configuration)
        for cycle in 0..<Self.count {
            let client = bench.stranger(port: UInt16(truncatingIfNeeded: 1 + cycle))
            let id = try allocate(client, in: bench)
            let delete = try client.request(.refresh, bench.transactionID(), [Lifetime(seconds: 0)])
            #expect(try Answer(bench.relay.receive(delete.rawSpan, from: id, at: bench.now)).isSuccess)
            pass(.milliseconds(100), in: bench)
            #expect(bench.relay.clientCount <= Self.mostClients)
            #expect(bench.relay.deadlines.count <= 2 * Self.mostClients + DeadlineQueue.slack)
        }
        pass(.seconds(8), in: bench)
        expectNothingIsLeft(bench)
    }

    private func pass(_ time: TimeAmount, in bench: Bench) {
        for case .close(let id, _) in bench.advance(time) { bench.relay.disconnect(id, at: bench.now.uptime) }
    }

    private func allocate(_ client: TestClient, in bench: Bench) throws -> ClientID {
        let values: [any STUNAttributeValue] = [RequestedTransport.udp, MobilityTicket(bytes: [])]
        let request = try client.request(.allocate, bench.transactionID(), values)
        let (outcome, id) = bench.relay.receive(request.rawSpan, fromStranger: client.address, at: bench.now)
        #expect(try Answer(outcome).isSuccess)
        return try #require(id)
    }
}
