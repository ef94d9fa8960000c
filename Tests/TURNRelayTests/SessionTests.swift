// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec
import TestSupport
import Testing

@testable import TURNRelay

/// Sessions as administrators see them, and how they end them.
struct SessionTests {
    private func sessions(_ bench: Bench) -> [SessionRecord] {
        bench.relay.sessions(in: 0..<bench.relay.slotCount, at: bench.now.uptime) { _ in SessionActivity() }
    }

    @Test func `an allocation is a session, and a client without one is none`() throws {
        let bench = try Bench()
        _ = bench.connect()
        let client = try bench.allocate(try bench.ephemeral(user: "carol"))
        _ = bench.advance(.seconds(5))
        let session = try #require(sessions(bench).first)
        #expect(sessions(bench).count == 1 && session.user == "carol" && session.realm == Bench.realm)
        #expect(session.client == client.address && session.relayed == [client.relayedAddress])
        #expect(session.age == .seconds(5) && session.remaining == .seconds(595) && session.transport == .tcp)
        #expect(session.permissions == 0 && session.channels == 0)
    }

    @Test func `permissions are counted as long as they are good`() throws {
        let bench = try Bench()
        let (client, peer) = (try bench.allocate(), try bench.allocate())
        let address = try #require(peer.relayedAddress)
        #expect(try bench.ask(.createPermission, client, XORPeerAddress(address: address)).isSuccess)
        #expect(sessions(bench).map(\.permissions) == [1, 0])
        _ = bench.advance(.seconds(301))
        #expect(sessions(bench).map(\.permissions) == [0, 0])
    }

    @Test func `slices that reach beyond the end, or are there all, hold what there is`() throws {
        let bench = try Bench()
        for _ in 0..<3 { _ = try bench.allocate() }
        let relay = bench.relay
        #expect(relay.sessions(in: 2..<512, at: bench.now.uptime) { _ in SessionActivity() }.count == 1)
        #expect(relay.sessions(in: 512..<1024, at: bench.now.uptime) { _ in SessionActivity() }.isEmpty)
    }

    // MARK: Kick

    @Test func `a session that is ended is gone, and its connection is closed`() throws {
        let bench = try Bench()
        let client = try bench.allocate()
        let session = try #require(sessions(bench).first?.handle)
        #expect(bench.relay.kick(session, at: bench.now.uptime) == [.close(client.id, .kicked)])
        #expect(sessions(bench).isEmpty && bench.quota.totalInUse == 0 && bench.directory.count == 0)
        #expect(bench.relay.counters.allocationsEnded == [.kicked: 1])
        #expect(bench.relay.kick(session, at: bench.now.uptime) == nil)
        bench.relay.disconnect(client.id, at: bench.now.uptime)
        #expect(bench.relay.clientCount == 0)
    }

    @Test func `the next allocation of a client is another session`() throws {
        let bench = try Bench()
        let client = try bench.allocate()
        let first = try #require(sessions(bench).first?.handle)
        #expect(try bench.ask(.refresh, client, Lifetime(seconds: 0)).isSuccess)
        #expect(try bench.ask(.allocate, client, RequestedTransport.udp).isSuccess)
        #expect(bench.relay.kick(first, at: bench.now.uptime) == nil)
        #expect(sessions(bench).count == 1 && sessions(bench).first?.handle != first)
    }

    @Test func `all sessions of a user end, and no others`() throws {
        let bench = try Bench()
        for credential in [Credential.alice, .bob, .alice] { _ = try bench.allocate(credential) }
        let slots = 0..<bench.relay.slotCount
        #expect(bench.relay.kick(["alice"], of: "example.com", in: slots, at: bench.now.uptime).count == 0)
        let (count, actions) = bench.relay.kick(["alice", "nobody"], of: nil, in: slots, at: bench.now.uptime)
        #expect(count == 2 && actions.count == 2)
        #expect(sessions(bench).map(\.user) == ["bob"])
    }

    @Test func `a session between two connections ends, and leaves nothing`() throws {
        var configuration = RelayConfiguration()
        configuration.allowsMobility = true
        let bench = try Bench(configuration)
        let client = bench.connect()
        #expect(try bench.ask(.allocate, client, RequestedTransport.udp, MobilityTicket(bytes: [])).isSuccess)
        bench.relay.disconnect(client.id, at: bench.now.uptime)
        let session = try #require(sessions(bench).first)
        #expect(session.transport == nil)
        #expect(bench.relay.kick(session.handle, at: bench.now.uptime) == [])
        #expect(bench.relay.clientCount == 0 && bench.directory.count == 0)
    }

    // MARK: Names

    @Test func `a name finds its session again`() throws {
        let bench = try Bench()
        _ = try bench.allocate()
        let handle = try #require(sessions(bench).first?.handle)
        #expect(AllocationHandle(handle.text) == handle)
    }

    @Test(arguments: [
        "", "-", "1", "0-0-0", "0-0-0-0-0", "0-0-0-", "+0-0-0-0", "0-00-0-0", "0--1-0-0", "0-0-4294967296-0", "0-0-0-x",
        "99999999999999999999-0-0-0", " 0-0-0-0",
    ])
    func `other texts are no names`(text: String) {
        #expect(AllocationHandle(text) == nil)
    }

    @Test func `a name that is well formed may mean nobody`() throws {
        let bench = try Bench()
        _ = try bench.allocate()
        for text in ["1-0-0-0", "0-1-0-0", "0-9999999-0-0", "0-0-7-0", "0-0-0-7"] {
            let handle = try #require(AllocationHandle(text))
            #expect(bench.relay.kick(handle, at: bench.now.uptime) == nil, "\(text)")
        }
        #expect(sessions(bench).count == 1)
    }

    // MARK: Order

    private func record(_ serial: UInt32, _ activity: SessionActivity, age: TimeAmount = .zero) -> SessionRecord {
        SessionRecord(
            handle: AllocationHandle(loop: 0, client: ClientID(slot: 0, generation: 0), serial: serial),
            user: "alice",
            realm: "example.org",
            transport: .tls,
            client: TransportAddress(IPAddress(ipv4: 1), port: 1),
            relayed: [],
            age: age,
            remaining: .zero,
            permissions: 0,
            channels: 0,
            activity: activity
        )
    }

    @Test(arguments: [(SessionOrder.bytes, [2, 1, 0]), (.rate, [0, 2, 1]), (.age, [1, 0, 2]), (.queue, [1, 2, 0])])
    func `sessions are listed in an order`(order: SessionOrder, serials: [UInt32]) {
        var activities = [SessionActivity(), SessionActivity(), SessionActivity()]
        (activities[0].bytesFromClient, activities[1].bytesToClient, activities[2].bytesToClient) = (1, 2, 3)
        (activities[0].bytesPerSecond, activities[2].bytesPerSecond) = (9, 4)
        (activities[1].queueDelay, activities[2].queueDelay) = (.seconds(2), .seconds(1))
        let ages = [TimeAmount.seconds(2), .seconds(3), .seconds(1)]
        var listing = SessionListing(order: order, limit: 3)
        for index in 0..<3 { listing.add([record(UInt32(index), activities[index], age: ages[index])]) }
        #expect(listing.sessions.map(\.handle.serial) == serials)
    }

    @Test func `the first of many are kept, and all are counted`() {
        var listing = SessionListing(order: .bytes, limit: 10)
        for slice in 0..<100 {
            listing.add(
                (0..<100).map { index in
                    var activity = SessionActivity()
                    activity.bytesToClient = (slice * 100 + index) * 7919 % 10_000
                    return record(0, activity)
                }
            )
        }
        #expect(listing.total == 10_000)
        #expect(listing.sessions.map(\.activity.bytes) == Array((9990...9999).reversed()))
    }

    @Test func `a rate is that of the last whole second`() {
        var meter = RateMeter()
        let start = NIODeadline.uptimeNanoseconds(5_000_000_000)
        for step in 0...4 { meter.note(step * 1000, at: start + .milliseconds(Int64(step) * 250)) }
        #expect(meter.perSecond == 4000)
        meter.note(4000, at: start + .milliseconds(1250))
        #expect(meter.perSecond == 4000)
        meter.note(4000, at: start + .seconds(2))
        #expect(meter.perSecond == 0)
    }
}
