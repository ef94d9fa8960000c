// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec
import TestSupport
import Testing

@testable import TURNRelay

/// Tickets that move allocations (RFC 8016): whose they are, how often they are good, and what is counted on the way.
struct MobilityIncidentTests {
    private func bench(allocationsPerUser: Int = 100, bytesPerUser: Int? = nil) throws -> Bench {
        var configuration = RelayConfiguration()
        configuration.allowsMobility = true
        var realm = try Bench.realmConfiguration()
        realm.allocationsPerUser = allocationsPerUser
        realm.bandwidth.perUser = bytesPerUser
        return try Bench(configuration, realms: RealmDirectory(default: realm))
    }

    private func resume(_ bench: Bench, _ ticket: [UInt8], as credential: Credential = .alice) throws -> Answer {
        try bench.ask(.refresh, bench.connect(credential), MobilityTicket(bytes: ticket))
    }

    /// Moves an allocation, all the way.
    private func move(_ bench: Bench, _ ticket: MobilityTicket) throws -> (TestClient, MobilityTicket) {
        let client = bench.connect()
        let answer = try bench.ask(.refresh, client, ticket)
        #expect(try bench.ask(.createPermission, client, peer("192.0.0.8")).isSuccess)
        return (client, try #require(try answer.value(MobilityTicket.self)))
    }

    @Test func `coturn a97f1924: a ticket that is forged or cut short gets 437`() throws {
        let bench = try bench()
        let (owner, ticket) = try bench.allocateMobile()
        let forged = ticket.bytes.indices.map { index in
            var bytes = ticket.bytes
            bytes[index] ^= 1
            return bytes
        }
        let shortened = (1..<ticket.bytes.count).map { Array(ticket.bytes.prefix($0)) }
        let lengthened = [ticket.bytes + [0], ticket.bytes + ticket.bytes, Array(repeating: 0, count: 60_000)]
        for bytes in forged + shortened + lengthened {
            #expect(try resume(bench, bytes).error == 437)
        }
        #expect(try resume(bench, []).error == 400)
        #expect(try bench.ask(.refresh, owner).isSuccess)
        #expect(try resume(bench, ticket.bytes).isSuccess)
    }

    /// In coturn a number of the session was the ticket.
    @Test func `coturn 3c5b2615: tickets say nothing about each other`() throws {
        let bench = try bench(allocationsPerUser: 1_000)
        let tickets = try (0..<1_000).map { _ in try bench.allocateMobile().1.bytes }
        #expect(Set(tickets).count == tickets.count)
        // 64 characters, each about 16 times at each place of the 32.
        for place in 0..<32 {
            let counts = Dictionary(grouping: tickets) { $0[place] }.mapValues(\.count)
            #expect(counts.count >= 60 && counts.values.allSatisfy { $0 <= 48 }, "character \(place)")
        }
    }

    @Test func `coturn 1969: a ticket that was used is used`() throws {
        let bench = try bench()
        let (old, first) = try bench.allocateMobile()
        let (new, second) = try move(bench, first)
        #expect(try resume(bench, first.bytes).error == 437)
        #expect(try bench.ask(.refresh, old).error == 437)
        #expect(try bench.ask(.refresh, new).isSuccess)
        #expect(try resume(bench, second.bytes).isSuccess)
        #expect(try resume(bench, second.bytes).error == 437)
    }

    @Test func `a ticket of another user gets 441, uses nothing up and tells nothing`() throws {
        let bench = try bench()
        let (owner, ticket) = try bench.allocateMobile()
        let carol = try bench.ephemeral()
        for thief in [Credential.bob, carol] {
            let client = bench.connect(thief)
            let answer = try bench.ask(.refresh, client, ticket)
            #expect(try answer.error == 441 && !answer.has(.mobilityTicket) && !answer.has(.lifetime))
            #expect(try bench.ask(.createPermission, client, peer("192.0.0.8")).error == 437)
            #expect(try bench.ask(.refresh, client, ticket, Lifetime(seconds: 0)).error == 441)
        }
        #expect(try bench.ask(.refresh, owner).isSuccess)
        #expect(bench.quota.totalInUse == 1 && bench.directory.count == 1)
        #expect(try resume(bench, ticket.bytes).isSuccess)
    }

    @Test func `a ticket without proof, or with the password of nobody, changes nothing`() throws {
        let bench = try bench()
        let (owner, ticket) = try bench.allocateMobile()
        let wrong = Credential(username: "alice", password: "wander")
        #expect(try resume(bench, ticket.bytes, as: wrong).error == 401)
        let client = bench.connect()
        var message = STUNMessageWriter(type: MessageType(.refresh, .request), transactionID: bench.transactionID())
        message.append(ticket)
        #expect(try Answer(bench.send(message.bytes, from: client)).error == 401)
        #expect(try bench.ask(.refresh, owner).isSuccess)
        #expect(try resume(bench, ticket.bytes).isSuccess)
    }

    /// In coturn an allocation that had moved was counted again, or no more.
    @Test func `coturn 1969: quotas count an allocation once, however often it moves`() throws {
        let bench = try bench(allocationsPerUser: 2)
        var (client, ticket) = try bench.allocateMobile()
        for _ in 0..<10 {
            (client, ticket) = try move(bench, ticket)
            #expect(bench.quota.totalInUse == 1)
        }
        let second = try bench.allocate()
        #expect(try bench.ask(.allocate, bench.connect(), RequestedTransport.udp).error == 486)
        #expect(try bench.ask(.refresh, client, Lifetime(seconds: 0)).isSuccess && bench.quota.totalInUse == 1)
        bench.relay.disconnect(second.id, at: bench.now.uptime)
        #expect(bench.quota.totalInUse == 0 && bench.directory.count == 0)
    }

    @Test func `a connection that is lost keeps its place in the quota until the lifetime ends`() throws {
        let bench = try bench(allocationsPerUser: 2)
        for _ in 0..<2 { bench.relay.disconnect(try bench.allocateMobile().0.id, at: bench.now.uptime) }
        #expect(try bench.ask(.allocate, bench.connect(), RequestedTransport.udp).error == 486)
        _ = bench.advance(.seconds(600))
        #expect(bench.quota.totalInUse == 0 && bench.relay.clientCount == 1)
        #expect(try bench.allocate().relayed.address == Bench.virtualAddress)
    }

    @Test func `bandwidth that was used stays used after a move`() throws {
        let bench = try bench(bytesPerUser: 1_000)
        let (old, ticket) = try bench.allocateMobile()
        while bench.relay.admit(500, of: old.id, at: bench.now.uptime) {}
        let (new, _) = try move(bench, ticket)
        #expect(!bench.relay.admit(500, of: new.id, at: bench.now.uptime))
        #expect(try bench.ask(.refresh, new, Lifetime(seconds: 0)).isSuccess)
        #expect(bench.realms.defaultRealm.bandwidth.userCount == 0)
    }

    /// What others may send to the allocation, and the room it is in, moves along; nothing is added.
    @Test func `a move opens nothing`() throws {
        let bench = try bench()
        let (here, there) = (try bench.ephemeral(room: "here"), try bench.ephemeral(room: "there"))
        let (_, ticket) = try bench.allocateMobile(here)
        let other = try bench.allocate(there)
        let client = bench.connect(here)
        #expect(try bench.ask(.refresh, client, ticket).isSuccess)
        let channel = ChannelNumber(rawValue: 0x4001)
        let peer = XORPeerAddress(address: try other.relayed)
        #expect(try bench.ask(.channelBind, client, channel, peer).error == 403)
        #expect(try bench.target(of: client) == nil)
    }
}
