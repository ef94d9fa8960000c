// SPDX-License-Identifier: Apache-2.0

import STUNCodec
import TestSupport
import Testing

@testable import TURNRelay

/// 300 (Try Alternate), RFC 8489, section 10.
struct AlternateServerTests {
    private static let first = TransportAddress(IPAddress(ipv4: 0xC633_6401), port: 443)
    private static let second = TransportAddress(IPAddress(ipv4: 0xC633_6402), port: 443)
    private static let ipv6 = TransportAddress(IPAddress(ipv6High: 0x2001_0DB8 << 32, low: 1), port: 443)

    private func bench(_ servers: [TransportAddress], threshold: Int? = nil) throws -> Bench {
        var configuration = RelayConfiguration()
        configuration.alternateServers = servers
        configuration.alternateServerThreshold = threshold
        return try Bench(configuration)
    }

    private func allocate(_ bench: Bench, _ values: any STUNAttributeValue...) throws -> Answer {
        let client = bench.connect()
        let request = try client.request(.allocate, bench.transactionID(), [RequestedTransport.udp] + values)
        return try Answer(bench.send(request, from: client))
    }

    @Test func `a server that drains sends clients to the others in turn`() throws {
        let bench = try bench([Self.first, Self.ipv6, Self.second])
        bench.relay.isDraining = true
        let answers = try (0..<3).map { _ in try allocate(bench) }
        #expect(answers.allSatisfy { $0.error == 300 })
        // Bench's clients have IPv4 addresses.
        let servers = try answers.map { try $0.value(AlternateServer.self)?.address }
        #expect(servers == [Self.first, Self.second, Self.first])
        #expect(try answers[0].has(.messageIntegrity) && !answers[0].has(.alternateDomain))
        #expect(bench.directory.count == 0 && bench.quota.totalInUse == 0)
    }

    @Test func `from the threshold on, new allocations are for the others`() throws {
        let bench = try bench([Self.first], threshold: 2)
        let living = try bench.allocate()
        #expect(try allocate(bench).isSuccess)
        #expect(try allocate(bench).error == 300)
        #expect(try bench.ask(.refresh, living).isSuccess)
        bench.relay.disconnect(living.id, at: bench.now.uptime)
        #expect(try allocate(bench).isSuccess)
    }

    @Test func `threshold 0 sends everybody away`() throws {
        #expect(try allocate(bench([Self.first], threshold: 0)).error == 300)
    }

    @Test func `strangers are challenged first`() throws {
        let bench = try bench([Self.first], threshold: 0)
        var writer = STUNMessageWriter(type: MessageType(.allocate, .request), transactionID: bench.transactionID())
        writer.append(RequestedTransport.udp)
        let answer = try Answer(bench.send(writer.bytes, from: bench.connect()))
        #expect(try answer.error == 401 && !answer.has(.alternateServer))
    }

    @Test func `without a server of the client's family, this one goes on`() throws {
        let bench = try bench([Self.ipv6], threshold: 0)
        #expect(try allocate(bench).isSuccess)
        bench.relay.isDraining = true
        #expect(try allocate(bench).error == 508)
    }

    @Test func `a reserved port is had where it was reserved`() throws {
        let bench = try bench([Self.first], threshold: 2)
        let token = try allocate(bench, EvenPort(reserveNext: true)).value(ReservationToken.self)
        #expect(try allocate(bench).error == 300)
        #expect(try allocate(bench, try #require(token)).isSuccess)
    }
}
