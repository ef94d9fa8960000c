// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec
import TURNCredentials
import TestSupport
import Testing

@testable import TURNRelay

/// RFC 8656, sections 11 and 12: payloads between allocations of the closed relay.
struct DataTests {
    static let channel = ChannelNumber(rawValue: 0x4001)

    private func route(_ bench: Bench, _ client: TestClient) throws -> Passage {
        let routing = bench.relay.route(channel: Self.channel, from: client.id, at: bench.now.uptime)
        guard case .forward(.allocation(let passage)) = routing else { throw Answer.NoAnswer() }
        return passage
    }

    private func indication(to peer: TransportAddress, _ values: [any STUNAttributeValue] = []) -> [UInt8] {
        var writer = STUNMessageWriter(
            type: MessageType(.send, .indication),
            transactionID: TransactionID(high: 0, low: 0)
        )
        writer.append(XORPeerAddress(address: peer))
        writer.append(.data, bytes: [7, 8, 9])
        for value in values {
            writer.append(value)
        }
        return writer.bytes
    }

    @Test func channelToChannel() throws {
        let bench = try Bench()
        let (alice, bob) = (try bench.allocate(), try bench.allocate(.bob))
        try bench.join(alice, bob)
        let route = try route(bench, alice)
        #expect(route.source == alice.relayedAddress)
        let delivery = bench.relay.deliver(route, at: bench.now.uptime)
        #expect(delivery == .channelData(client: bob.id, channel: Self.channel))
    }

    @Test func withoutAChannelBackItIsADataIndication() throws {
        let bench = try Bench()
        let (alice, bob) = (try bench.allocate(), try bench.allocate(.bob))
        _ = try bench.ask(.channelBind, alice, Self.channel, XORPeerAddress(address: bob.relayed))
        let route = try route(bench, alice)
        #expect(bench.relay.deliver(route, at: bench.now.uptime) == .drop(.peerWithoutPermission))
        _ = try bench.ask(.createPermission, bob, XORPeerAddress(address: alice.relayed))
        #expect(bench.relay.deliver(route, at: bench.now.uptime) == .dataIndication(client: bob.id))
    }

    @Test func sendIndication() throws {
        let bench = try Bench()
        let (alice, bob) = (try bench.allocate(), try bench.allocate(.bob))
        _ = try bench.ask(.createPermission, alice, XORPeerAddress(address: bob.relayed))
        let bytes = indication(to: try bob.relayed)
        guard case .forward(let range, .allocation(let passage), false) = bench.send(bytes, from: alice) else {
            Issue.record("not forwarded")
            return
        }
        #expect(Array(bytes[range]) == [7, 8, 9] && passage.source == alice.relayedAddress)
        #expect(
            bench.send(indication(to: try bob.relayed, [DontFragment()]), from: alice)
                == .forward(payload: range, .allocation(passage), dontFragment: true)
        )
        // RFC 8489, section 6.3.2: an indication with unknown comprehension-required attributes is discarded.
        let unknown = indication(to: try bob.relayed, [AccessToken(nonce: [], encryptedBlock: [])])
        #expect(bench.send(unknown, from: alice) == .drop(.malformed))
        let nobody = TransportAddress(Bench.virtualAddress, port: 1)
        #expect(bench.send(indication(to: nobody), from: alice) == .drop(.unknownPeer))
        #expect(bench.send(bytes, from: bench.connect()) == .drop(.noAllocation))
        let routing = bench.relay.route(channel: Self.channel, from: bench.connect().id, at: bench.now.uptime)
        #expect(routing == .drop(.noAllocation))
    }

    @Test func permissionsLastFiveMinutes() throws {
        let bench = try Bench()
        let (alice, bob) = (try bench.allocate(), try bench.allocate(.bob))
        _ = try bench.ask(.createPermission, alice, XORPeerAddress(address: bob.relayed))
        _ = bench.advance(.seconds(299))
        guard case .forward = bench.send(indication(to: try bob.relayed), from: alice) else {
            Issue.record("expired early")
            return
        }
        _ = bench.advance(.seconds(1))
        #expect(bench.send(indication(to: try bob.relayed), from: alice) == .drop(.noPermission))
    }

    /// A channel that its client keeps bound lets data in although nobody renews the permission.
    @Test func aBoundChannelNeedsNoPermission() throws {
        let bench = try Bench()
        let (alice, bob) = (try bench.allocate(), try bench.allocate(.bob))
        try bench.join(alice, bob)
        let route = try route(bench, alice)
        for seconds in [299, 2, 298] as [Int64] {
            _ = bench.advance(.seconds(seconds))
            let delivery = bench.relay.deliver(route, at: bench.now.uptime)
            #expect(delivery == .channelData(client: bob.id, channel: Self.channel))
        }
    }

    @Test func channelsLastTenMinutes() throws {
        let bench = try Bench()
        let (alice, bob) = (try bench.allocate(), try bench.allocate(.bob))
        for client in [alice, bob] {
            _ = try bench.ask(.refresh, client, Lifetime(seconds: 3600))
        }
        try bench.join(alice, bob)
        _ = bench.advance(.seconds(299))
        #expect(throws: Never.self) { try route(bench, alice) }
        _ = bench.advance(.seconds(301))
        let routing = bench.relay.route(channel: Self.channel, from: alice.id, at: bench.now.uptime)
        #expect(routing == .drop(.unboundChannel))
    }

    /// A channel may be bound before the peer's allocation exists, and finds the next one after that is gone.
    @Test func routesFollowThePeer() throws {
        let bench = try Bench()
        let (alice, bob) = (try bench.allocate(), try bench.allocate(.bob))
        try bench.join(alice, bob)
        let old = try route(bench, alice)
        bench.relay.disconnect(bob.id, at: bench.now.uptime)
        #expect(bench.relay.deliver(old, at: bench.now.uptime) == .drop(.staleRoute))
        let routing = bench.relay.route(channel: Self.channel, from: alice.id, at: bench.now.uptime)
        #expect(routing == .drop(.unknownPeer))
    }

    /// The slot of a client that left is used again; its routes must not lead to the successor.
    @Test func slotsAreNotConfused() throws {
        let bench = try Bench()
        let (alice, bob) = (try bench.allocate(), try bench.allocate(.bob))
        try bench.join(alice, bob)
        let old = try route(bench, alice)
        bench.relay.disconnect(bob.id, at: bench.now.uptime)
        let next = try bench.allocate(.bob)
        #expect(next.id.slot == bob.id.slot && next.id != bob.id)
        #expect(bench.relay.deliver(old, at: bench.now.uptime) == .drop(.staleRoute))
    }

    @Test func roomsAreSeparate() throws {
        let bench = try Bench()
        let red = try bench.allocate(bench.ephemeral(user: "a", room: "red"))
        let red2 = try bench.allocate(bench.ephemeral(user: "b", room: "red"))
        let blue = try bench.allocate(bench.ephemeral(user: "c", room: "blue"))
        let none = try bench.allocate()
        try bench.join(red, red2)
        #expect(throws: Never.self) { try route(bench, red) }
        for other in [blue, none] {
            let peer = XORPeerAddress(address: try other.relayed)
            #expect(try bench.ask(.channelBind, red, ChannelNumber(rawValue: 0x4002), peer).error == 403)
            // A permission is for an IP address, which all share; data is still refused.
            #expect(try bench.ask(.createPermission, red, peer).isSuccess)
            #expect(bench.send(indication(to: try other.relayed), from: red) == .drop(.otherRoom))
        }
    }

    /// A channel bound while nobody had the address does not become a way into another room.
    @Test func lateResolutionChecksTheRoom() throws {
        let directory = RelayedAddressDirectory(hosts: [RelayAddress(Bench.virtualAddress)], ports: 1024...1123)
        let bench = try Bench(directory: directory)
        let red = try bench.allocate(bench.ephemeral(user: "a", room: "red"))
        let blue = try bench.allocate(bench.ephemeral(user: "b", room: "blue"))
        let peer = XORPeerAddress(address: try blue.relayed)
        bench.relay.disconnect(blue.id, at: bench.now.uptime)
        #expect(try bench.ask(.channelBind, red, Self.channel, peer).isSuccess)
        let entry = RelayedAddressDirectory.Entry(
            handle: AllocationHandle(loop: 0, client: blue.id, serial: 0),
            scope: AllocationScope(room: RoomScope(name: "blue"), in: bench.relay.realms.defaultRealm, isOpen: false)
        )
        // Whoever has the address now, it is somebody in the other room: all addresses are taken by it.
        var generator = SystemRandomNumberGenerator()
        while bench.directory.register(entry, family: .ipv4, even: nil, using: &generator) != nil {}
        let routing = bench.relay.route(channel: Self.channel, from: red.id, at: bench.now.uptime)
        #expect(routing == .drop(.otherRoom))
    }

    @Test func betweenLoops() throws {
        let one = try Bench()
        let two = try Bench(loop: 1, directory: one.directory, realms: one.realms)
        let alice = try one.allocate()
        let bob = try two.allocate(.bob)
        for (bench, from, to) in [(one, alice, bob), (two, bob, alice)] {
            _ = try bench.ask(.channelBind, from, Self.channel, XORPeerAddress(address: to.relayed))
        }
        let route = try route(one, alice)
        #expect(route.target.loop == 1)
        #expect(two.relay.deliver(route, at: two.now.uptime) == .channelData(client: bob.id, channel: Self.channel))
    }
}
