// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec
import TURNCredentials
import TestSupport
import Testing

@testable import TURNRelay

/// RFC 8016 in the relay of one loop.
struct MobilityTests {
    static let channel = ChannelNumber(rawValue: 0x4001)

    private func bench(_ change: (inout RelayConfiguration) -> Void = { _ in }) throws -> Bench {
        var configuration = RelayConfiguration()
        configuration.allowsMobility = true
        change(&configuration)
        return try Bench(configuration)
    }

    private func resume(_ bench: Bench, _ client: TestClient, _ ticket: MobilityTicket) throws -> Answer {
        try bench.ask(.refresh, client, ticket)
    }

    // MARK: Asking for a ticket

    @Test func `without mobility tickets are forbidden`() throws {
        let bench = try Bench()
        let client = bench.connect()
        #expect(try bench.ask(.allocate, client, RequestedTransport.udp, MobilityTicket(bytes: [])).error == 405)
        #expect(bench.directory.count == 0 && bench.quota.totalInUse == 0)
        _ = try bench.ask(.allocate, client, RequestedTransport.udp)
        #expect(try resume(bench, bench.connect(), MobilityTicket(bytes: [1])).error == 405)
        #expect(bench.directory.count == 1)
    }

    @Test func `an Allocate has an empty ticket and a Refresh has not`() throws {
        let bench = try bench()
        let client = bench.connect()
        #expect(try bench.ask(.allocate, client, RequestedTransport.udp, MobilityTicket(bytes: [1])).error == 400)
        #expect(try resume(bench, client, MobilityTicket(bytes: [])).error == 400)
        #expect(bench.directory.count == 0)
    }

    @Test func `who asks for no ticket gets none`() throws {
        let bench = try bench()
        let client = bench.connect()
        #expect(try !bench.ask(.allocate, client, RequestedTransport.udp).has(.mobilityTicket))
        #expect(try !bench.ask(.refresh, client).has(.mobilityTicket))
    }

    @Test func `tickets are text that fits the buffers of coturn's clients`() throws {
        let (_, ticket) = try bench().allocateMobile()
        #expect(ticket.bytes.count == 32 && ticket.bytes.allSatisfy { $0 > 0x20 && $0 < 0x7F })
    }

    // MARK: Moving

    @Test func `the old 5-tuple is in use until the client sends from the new one`() throws {
        let bench = try bench()
        let (old, ticket) = try bench.allocateMobile()
        let bob = try bench.allocate(.bob)
        try bench.join(old, bob)
        let new = bench.connect()
        #expect(try resume(bench, new, ticket).isSuccess)
        #expect(try bench.target(of: bob) == old.id && bench.target(of: old) == bob.id)

        #expect(try bench.target(of: new) == bob.id)
        // Bob's cached route is resolved anew.
        #expect(try bench.target(of: bob) == new.id && bench.target(of: old) == nil)
        #expect(try bench.ask(.refresh, old).error == 437)
        #expect(try bench.ask(.refresh, new).isSuccess)
        #expect(bench.quota.totalInUse == 2 && bench.directory.count == 2)
    }

    @Test func `a request and a Send indication from the new 5-tuple take the allocation, too`() throws {
        let bench = try bench()
        let (first, ticket) = try bench.allocateMobile()
        let bob = try bench.allocate(.bob)
        try bench.join(first, bob)
        let second = bench.connect()
        let next = try #require(try resume(bench, second, ticket).value(MobilityTicket.self))
        let peer = XORPeerAddress(address: try bob.relayed)
        #expect(try bench.ask(.createPermission, second, peer).isSuccess)
        #expect(try bench.target(of: bob) == second.id)

        let third = bench.connect()
        _ = try resume(bench, third, next)
        var indication = STUNMessageWriter(type: MessageType(.send, .indication), transactionID: bench.transactionID())
        indication.append(peer)
        indication.append(.data, bytes: [1])
        guard case .forward = bench.send(indication.bytes, from: third) else { throw Answer.NoAnswer() }
        #expect(try bench.target(of: bob) == third.id)
    }

    @Test func `sockets send what they receive to where the allocation is`() throws {
        let bench = try bench { $0.mode = .open([RelayAddress(IPAddress(ipv4: 0xCB00_7101))], ports: 50_000...50_009) }
        let (_, ticket) = try bench.allocateMobile()
        let socket = try #require(bench.sockets.open.keys.first)
        let new = bench.connect()
        _ = try resume(bench, new, ticket)
        #expect(bench.sockets.owners[socket]?.client != new.id)
        #expect(try bench.ask(.refresh, new).isSuccess)
        #expect(bench.sockets.owners[socket]?.client == new.id && bench.sockets.open.count == 1)
        #expect(try bench.ask(.refresh, new, Lifetime(seconds: 0)).isSuccess)
        #expect(bench.sockets.open.isEmpty)
    }

    @Test func `an allocation expires to the second, wherever it has moved`() throws {
        let bench = try bench()
        let (old, ticket) = try bench.allocateMobile()
        let new = bench.connect()
        #expect(try bench.ask(.refresh, new, ticket, Lifetime(seconds: 900)).value(Lifetime.self)?.seconds == 900)
        _ = bench.advance(.seconds(60))
        _ = bench.relay.route(channel: Self.channel, from: new.id, at: bench.now.uptime)
        bench.relay.disconnect(old.id, at: bench.now.uptime)
        _ = bench.advance(.seconds(839))
        #expect(bench.directory.count == 1)
        _ = bench.advance(.seconds(1))
        #expect(bench.directory.count == 0 && bench.quota.totalInUse == 0 && bench.relay.tickets?.count == 0)
    }

    @Test func `a thousand moves cost no quota and leave nothing behind`() throws {
        let bench = try bench()
        var (client, ticket) = try bench.allocateMobile()
        for _ in 0..<1_000 {
            let next = bench.connect()
            ticket = try #require(try resume(bench, next, ticket).value(MobilityTicket.self))
            _ = bench.relay.route(channel: Self.channel, from: next.id, at: bench.now.uptime)
            bench.relay.disconnect(client.id, at: bench.now.uptime)
            client = next
        }
        #expect(bench.quota.totalInUse == 1 && bench.directory.count == 1)
        #expect(bench.relay.clientCount == 1 && bench.relay.tickets?.count == 1 && bench.relay.deferred.isEmpty)
        #expect(try bench.ask(.refresh, client, Lifetime(seconds: 0)).isSuccess)
        #expect(bench.quota.totalInUse == 0 && bench.directory.count == 0 && bench.relay.tickets?.count == 0)
    }

    // MARK: Tickets

    @Test func `a ticket is used once, and its retransmission is answered as the first was`() throws {
        let bench = try bench()
        let (_, ticket) = try bench.allocateMobile()
        let new = bench.connect()
        let request = try new.request(.refresh, bench.transactionID(), [ticket])
        let first = try Answer(bench.send(request, from: new))
        #expect(try first.isSuccess && first == Answer(bench.send(request, from: new)))
        let next = try #require(try first.value(MobilityTicket.self))
        #expect(next.bytes != ticket.bytes)
        #expect(try resume(bench, bench.connect(), ticket).error == 437)

        #expect(try bench.ask(.createPermission, new, peer("192.0.0.8")).isSuccess)
        #expect(try Answer(bench.send(request, from: new)).value(MobilityTicket.self)?.bytes == next.bytes)
        #expect(try resume(bench, bench.connect(), ticket).error == 437)
        #expect(try resume(bench, bench.connect(), next).isSuccess)
    }

    /// The answer with the newest may have been lost.
    @Test func `a Refresh on the same 5-tuple brings a new ticket, and the one before stays good`() throws {
        let bench = try bench()
        let (client, first) = try bench.allocateMobile()
        let second = try #require(try bench.ask(.refresh, client).value(MobilityTicket.self))
        let third = try #require(try bench.ask(.refresh, client).value(MobilityTicket.self))
        #expect(bench.relay.tickets?.count == 2)
        #expect(try resume(bench, bench.connect(), first).error == 437)
        #expect(try resume(bench, bench.connect(), second).isSuccess)
        #expect(try resume(bench, bench.connect(), third).error == 437)
    }

    /// A client that moves because it gets no answers has the ticket before all of them.
    @Test func `a Refresh that is sent again brings the same ticket`() throws {
        let bench = try bench()
        let (client, first) = try bench.allocateMobile()
        let refresh = try client.request(.refresh, bench.transactionID(), [])
        let tickets = try (0..<7).map { _ in
            try Answer(bench.send(refresh, from: client)).value(MobilityTicket.self)?.bytes
        }
        #expect(Set(tickets).count == 1 && bench.relay.tickets?.count == 2)
        #expect(try resume(bench, bench.connect(), first).isSuccess)
    }

    /// Several users may share a connection.
    @Test func `what a ticket has brought is told to its user alone`() throws {
        let bench = try bench()
        let (_, ticket) = try bench.allocateMobile()
        let client = bench.connect()
        #expect(try resume(bench, client, ticket).isSuccess)
        client.credential = .bob
        #expect(try resume(bench, client, ticket).error == 441)
        client.credential = .alice
        #expect(try resume(bench, client, ticket).isSuccess)
    }

    @Test func `a ticket that has moved an allocation does not delete it`() throws {
        let bench = try bench()
        let (_, ticket) = try bench.allocateMobile()
        let client = bench.connect()
        #expect(try resume(bench, client, ticket).isSuccess)
        #expect(try bench.ask(.refresh, client, ticket, Lifetime(seconds: 0)).error == 400)
        #expect(try bench.ask(.refresh, client).isSuccess)
        #expect(try bench.ask(.refresh, client, ticket, Lifetime(seconds: 0)).error == 400)
        #expect(try bench.ask(.refresh, client, Lifetime(seconds: 0)).isSuccess && bench.directory.count == 0)
    }

    @Test func `a ticket is for another 5-tuple than the one that has the allocation`() throws {
        let bench = try bench()
        let (client, ticket) = try bench.allocateMobile()
        #expect(try resume(bench, client, ticket).error == 400)
        #expect(try resume(bench, bench.allocate(), ticket).error == 437)
        #expect(try resume(bench, bench.connect(), MobilityTicket(bytes: Array(repeating: 65, count: 32))).error == 437)
        #expect(try resume(bench, bench.connect(), ticket).isSuccess)
    }

    @Test func `a ticket is for the user who made the allocation`() throws {
        let bench = try bench()
        let (client, ticket) = try bench.allocateMobile()
        #expect(try resume(bench, bench.connect(.bob), ticket).error == 441)
        #expect(try bench.ask(.refresh, client).isSuccess)
        #expect(try resume(bench, bench.connect(), ticket).isSuccess)
    }

    @Test func `a ticket is for its realm`() throws {
        let other = "other.example"
        var second = try Bench.realmConfiguration(named: other)
        second.hostNames = [other]
        var configuration = RelayConfiguration()
        configuration.allowsMobility = true
        let realms = RealmDirectory(default: try Bench.realmConfiguration(), others: [second])
        let bench = try Bench(configuration, realms: realms)
        let (_, ticket) = try bench.allocateMobile()
        let stranger = bench.connect(Credential(username: "alice", password: "wonder", realm: other), serverName: other)
        #expect(try resume(bench, stranger, ticket).error == 441)
    }

    /// The new 5-tuple proves itself as for an Allocate, though the old one could go on with the key that it has.
    @Test func `a credential that has expired moves nothing`() throws {
        let bench = try bench()
        let credential = try bench.ephemeral(lifetime: 60)
        let (client, ticket) = try bench.allocateMobile(credential)
        _ = bench.advance(.seconds(61))
        #expect(try resume(bench, bench.connect(credential), ticket).error == 401)
        #expect(try bench.ask(.refresh, client).isSuccess)
    }

    // MARK: Deleting

    @Test func `a Refresh with a ticket and no lifetime deletes, and can be repeated`() throws {
        let bench = try bench()
        let (_, ticket) = try bench.allocateMobile()
        let new = bench.connect()
        let request = try new.request(.refresh, bench.transactionID(), [ticket, Lifetime(seconds: 0)])
        let first = try Answer(bench.send(request, from: new))
        #expect(try first.isSuccess && first.value(Lifetime.self)?.seconds == 0 && !first.has(.mobilityTicket))
        #expect(bench.quota.totalInUse == 0 && bench.directory.count == 0 && bench.relay.tickets?.count == 0)
        #expect(try first == Answer(bench.send(request, from: new)))
        #expect(try bench.ask(.allocate, new, RequestedTransport.udp).isSuccess)
    }

    @Test func `a deletion from the old 5-tuple voids the claim of the new one`() throws {
        let bench = try bench()
        let (old, ticket) = try bench.allocateMobile()
        let new = bench.connect()
        #expect(try resume(bench, new, ticket).isSuccess)
        #expect(try bench.ask(.refresh, old, Lifetime(seconds: 0)).isSuccess)
        #expect(bench.directory.count == 0 && bench.quota.totalInUse == 0)
        #expect(try bench.ask(.refresh, new).error == 437)
        #expect(bench.advance(.seconds(60)).count == 2)
    }

    @Test func `the newest claim counts`() throws {
        let bench = try bench()
        let (_, ticket) = try bench.allocateMobile()
        let (one, two) = (bench.connect(), bench.connect())
        let next = try #require(try resume(bench, one, ticket).value(MobilityTicket.self))
        #expect(try resume(bench, two, next).isSuccess)
        #expect(try bench.ask(.refresh, one).error == 437)
        #expect(try bench.ask(.refresh, two).isSuccess)
    }

    // MARK: Lost connections

    @Test func `an allocation waits for its client when the connection is lost`() throws {
        let bench = try bench()
        let (old, ticket) = try bench.allocateMobile()
        let bob = try bench.allocate(.bob)
        try bench.join(old, bob)
        bench.relay.disconnect(old.id, at: bench.now.uptime)
        #expect(bench.directory.count == 2)
        #expect(try bench.target(of: bob) == nil)
        let new = bench.connect()
        let request = try new.request(.refresh, bench.transactionID(), [ticket])
        #expect(try Answer(bench.send(request, from: new)).isSuccess)
        // There is no old 5-tuple to send to.
        #expect(try bench.target(of: bob) == new.id)
        #expect(try Answer(bench.send(request, from: new)).isSuccess)
        #expect(bench.relay.clientCount == 2)
    }

    @Test func `a connection that is lost after the claim hands over what it had`() throws {
        let bench = try bench()
        let (old, ticket) = try bench.allocateMobile()
        let bob = try bench.allocate(.bob)
        try bench.join(old, bob)
        let new = bench.connect()
        _ = try resume(bench, new, ticket)
        bench.relay.disconnect(old.id, at: bench.now.uptime)
        #expect(try bench.target(of: bob) == new.id && bench.relay.clientCount == 2)
    }

    @Test func `what no client comes back for ends with its lifetime`() throws {
        let bench = try bench()
        let (client, _) = try bench.allocateMobile()
        bench.relay.disconnect(client.id, at: bench.now.uptime)
        #expect(bench.advance(.seconds(599)).isEmpty && bench.directory.count == 1 && bench.quota.totalInUse == 1)
        #expect(bench.advance(.seconds(1)).isEmpty && bench.directory.count == 0 && bench.quota.totalInUse == 0)
        #expect(bench.relay.clientCount == 0 && bench.relay.tickets?.count == 0)
    }

    // MARK: Strangers

    @Test func `a stranger with a good ticket becomes a client, and one with a bad one doesn't`() throws {
        let bench = try bench()
        let (_, ticket) = try bench.allocateMobile()
        let stranger = bench.stranger()
        for (bytes, error) in [(Array("no ticket".utf8), 437), (ticket.bytes, nil)] {
            let request = try stranger.request(.refresh, bench.transactionID(), [MobilityTicket(bytes: bytes)])
            let (outcome, id) = bench.relay.receive(request.rawSpan, fromStranger: stranger.address, at: bench.now)
            #expect(try Answer(outcome).error == error)
            #expect((id == nil) == (error != nil) && bench.relay.clientCount == (error == nil ? 2 : 1))
        }
    }

    /// Long enough for the retransmissions of a deletion, short enough for who makes and deletes allocations in a row.
    @Test func `a UDP client without an allocation is forgotten after eight seconds`() throws {
        let bench = try Bench()
        let stranger = bench.stranger()
        let allocate = try stranger.request(.allocate, bench.transactionID(), [RequestedTransport.udp])
        let (_, made) = bench.relay.receive(allocate.rawSpan, fromStranger: stranger.address, at: bench.now)
        let id = try #require(made)
        let delete = try stranger.request(.refresh, bench.transactionID(), [Lifetime(seconds: 0)])
        for wait in [0, 500, 1_000, 2_000, 4_000] as [Int64] {
            #expect(bench.advance(.milliseconds(wait)).isEmpty)
            #expect(try Answer(bench.relay.receive(delete.rawSpan, from: id, at: bench.now)).isSuccess)
        }
        #expect(bench.advance(.milliseconds(499)).isEmpty)
        #expect(bench.advance(.milliseconds(1)) == [.close(id, .unallocated)])
    }
}
