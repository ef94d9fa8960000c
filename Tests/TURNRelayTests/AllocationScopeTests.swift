// SPDX-License-Identifier: Apache-2.0

import STUNCodec
import TURNCredentials
import TestSupport
import Testing

@testable import TURNRelay

/// Which allocations of two realms may meet.
struct AllocationScopeTests {
    private static let channel = ChannelNumber(rawValue: 0x4001)
    private static let openRelay = RelayMode.open([RelayAddress(IPAddress(ipv4: 0x0505_0505))], ports: 50_000...50_099)

    /// Two realms with the same users and the same secret, so that nothing but the realm tells them apart.
    private static func bench(_ mode: RelayMode? = nil) throws -> Bench {
        var other = try Bench.realmConfiguration(named: RealmTests.other)
        other.hostNames = [RealmTests.other]
        var configuration = RelayConfiguration()
        if let mode { configuration.mode = mode }
        let realms = RealmDirectory(default: try Bench.realmConfiguration(), others: [other])
        return try Bench(configuration, realms: realms)
    }

    private func allocate(_ bench: Bench, room: String? = nil, other: Bool = false) throws -> TestClient {
        var credential = try room.map { try bench.ephemeral(user: "carol", room: $0) } ?? .alice
        if other { credential.realm = RealmTests.other }
        return try bench.allocate(credential, serverName: other ? RealmTests.other : nil)
    }

    /// Whether data of `one` gets to `other`, both with a channel and with a Send indication.
    private func meet(_ bench: Bench, _ one: TestClient, _ other: TestClient) throws -> Bool {
        let peer = XORPeerAddress(address: try other.relayed)
        #expect(try bench.ask(.createPermission, one, peer).isSuccess)
        var writer = STUNMessageWriter(
            type: MessageType(.send, .indication),
            transactionID: TransactionID(high: 0, low: 0)
        )
        writer.append(peer)
        writer.append(.data, bytes: [1])
        let isSent = if case .forward = bench.send(writer.bytes, from: one) { true } else { false }
        let error = try bench.ask(.channelBind, one, Self.channel, peer).error
        #expect(error == (isSent ? nil : 403))
        return isSent
    }

    @Test func `in the closed relay realms don't meet`() throws {
        let bench = try Self.bench()
        let (first, second) = (try allocate(bench), try allocate(bench, other: true))
        #expect(try !meet(bench, first, second))
        #expect(try !meet(bench, second, first))
        #expect(try meet(bench, second, allocate(bench, other: true)))
    }

    /// As they do when each is on a server of its own, and through the kernel in other servers.
    @Test func `in the open relay realms meet in process`() throws {
        let bench = try Self.bench(Self.openRelay)
        let (first, second) = (try allocate(bench), try allocate(bench, other: true))
        #expect(try meet(bench, first, second))
        #expect(try meet(bench, second, first))
    }

    @Test(arguments: [nil, openRelay])
    func `rooms of the same name in two realms don't meet`(mode: RelayMode?) throws {
        let bench = try Self.bench(mode)
        let (first, second) = (try allocate(bench, room: "red"), try allocate(bench, room: "red", other: true))
        #expect(try !meet(bench, first, second))
        #expect(try !meet(bench, second, first))
        #expect(try !meet(bench, first, allocate(bench)))
        #expect(try meet(bench, first, allocate(bench, room: "red")))
    }

    /// The way is not known when the channel is bound, and must be checked when it is.
    @Test func `a channel that was bound early does not lead into another realm`() throws {
        let directory = RelayedAddressDirectory(hosts: [RelayAddress(Bench.virtualAddress)], ports: 2_000...2_001)
        var other = try Bench.realmConfiguration(named: RealmTests.other)
        other.hostNames = [RealmTests.other]
        let realms = RealmDirectory(default: try Bench.realmConfiguration(), others: [other])
        let bench = try Bench(directory: directory, realms: realms)
        let first = try allocate(bench)
        let port: UInt16 = try first.relayed.port == 2_000 ? 2_001 : 2_000
        let peer = XORPeerAddress(address: TransportAddress(Bench.virtualAddress, port: port))
        #expect(try bench.ask(.channelBind, first, Self.channel, peer).isSuccess)
        let second = try allocate(bench, other: true)
        #expect(second.relayedAddress == peer.address)
        #expect(
            bench.relay.route(channel: Self.channel, from: first.id, at: bench.now.uptime) == .drop(.otherRoom)
        )
    }
}
