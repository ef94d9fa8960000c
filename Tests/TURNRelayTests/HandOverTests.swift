// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec
import TestSupport
import Testing

@testable import TURNRelay

/// RFC 8016 between the relays of two loops, pumped into each other.
final class HandOverTests {
    private let old: Bench
    private let new: Bench
    /// Answers to messages that had to wait, in order.
    private var answers: [Answer] = []

    init() throws {
        var configuration = RelayConfiguration()
        configuration.allowsMobility = true
        let realms = RealmDirectory(default: try Bench.realmConfiguration())
        let tickets = MobilityTickets()
        old = try Bench(configuration, realms: realms, tickets: tickets)
        new = try Bench(configuration, loop: 1, directory: old.directory, realms: realms, tickets: tickets)
    }

    /// Takes what the relays have for each other to where it goes, until they have nothing more.
    private func pump() throws {
        while !old.relay.deferred.isEmpty || !new.relay.deferred.isEmpty {
            for bench in [old, new] {
                for work in bench.relay.takeDeferred() {
                    switch work {
                    case .post(let message, let loop):
                        [old, new][loop].relay.receive(message, at: bench.now.uptime)
                    case .receive(let message, let id):
                        let outcome = bench.relay.receive(message.rawSpan, from: id, at: bench.now)
                        if case .respond = outcome { answers.append(try Answer(outcome)) }
                    case .send: Issue.record("there are no TCP allocations here")
                    }
                }
            }
        }
    }

    private func advance(_ time: TimeAmount) throws {
        _ = old.advance(time)
        _ = new.advance(time)
        try pump()
    }

    /// The answer to a request that has to wait for the other loop.
    private func ask(
        _ method: STUNCodec.Method,
        _ client: TestClient,
        _ values: any STUNAttributeValue...
    ) throws -> Answer {
        let request = try client.request(method, new.transactionID(), values)
        #expect(new.send(request, from: client) == .pending)
        try pump()
        return try lastAnswer()
    }

    private func lastAnswer() throws -> Answer {
        guard let answer = answers.popLast() else { throw Answer.NoAnswer() }
        return answer
    }

    private func isEmpty() -> Bool {
        old.directory.count == 0 && old.quota.totalInUse == 0 && old.relay.tickets?.count == 0
    }

    /// A client with a granted claim.
    private func claimant() throws -> (old: TestClient, new: TestClient, ticket: MobilityTicket) {
        let (client, ticket) = try old.allocateMobile()
        let claimant = new.connect()
        let answer = try ask(.refresh, claimant, ticket)
        return (client, claimant, try #require(try answer.value(MobilityTicket.self)))
    }

    // MARK: Moving

    @Test func `an allocation moves with all that it has`() throws {
        let (client, ticket) = try old.allocateMobile()
        let bob = try old.allocate(.bob)
        try old.join(client, bob)
        let moved = new.connect()
        #expect(try ask(.refresh, moved, ticket).isSuccess)
        #expect(try old.target(of: bob) == client.id)

        #expect(try ask(.createPermission, moved, XORPeerAddress(address: bob.relayed)).isSuccess)
        #expect(try old.target(of: client) == nil && old.ask(.refresh, client).error == 437)
        let routing = old.relay.route(channel: MobilityTests.channel, from: bob.id, at: old.now.uptime)
        guard case .forward(.allocation(let passage)) = routing else { throw Answer.NoAnswer() }
        #expect(passage.target.loop == 1)
        #expect(
            new.relay.deliver(passage, at: new.now.uptime)
                == .channelData(client: moved.id, channel: MobilityTests.channel)
        )
        #expect(try new.ask(.refresh, moved, Lifetime(seconds: 0)).isSuccess)
        old.relay.disconnect(bob.id, at: old.now.uptime)
        #expect(isEmpty())
    }

    @Test func `it moves on and back`() throws {
        var (_, client, ticket) = try claimant()
        #expect(try ask(.refresh, client).isSuccess)
        for round in 0..<10 {
            let bench = round.isMultiple(of: 2) ? old : new
            let next = bench.connect()
            let request = try next.request(.refresh, bench.transactionID(), [ticket])
            #expect(bench.send(request, from: next) == .pending)
            try pump()
            let answer = try lastAnswer()
            ticket = try #require(try answer.value(MobilityTicket.self))
            _ = bench.relay.route(channel: MobilityTests.channel, from: next.id, at: bench.now.uptime)
            try pump()
            #expect(try bench.ask(.createPermission, next, peer("192.0.0.8")).isSuccess)
            client = next
        }
        #expect(old.quota.totalInUse == 1 && old.directory.count == 1)
        #expect(try new.ask(.refresh, client, Lifetime(seconds: 0)).isSuccess && isEmpty())
    }

    @Test func `all that waits is answered, in order`() throws {
        let (_, ticket) = try old.allocateMobile()
        let client = new.connect()
        let refresh = try client.request(.refresh, new.transactionID(), [ticket])
        #expect(new.send(refresh, from: client) == .pending && new.send(refresh, from: client) == .pending)
        let permission = try client.request(.createPermission, new.transactionID(), [peer("192.0.0.8")])
        #expect(new.send(permission, from: client) == .pending)
        try pump()
        #expect(answers.map(\.type.method) == [.refresh, .refresh, .createPermission])
        #expect(answers.map(\.error) == [nil, nil, nil])
        #expect(answers[0] == answers[1])
    }

    @Test func `no more waits than there is room for`() throws {
        let (_, ticket) = try old.allocateMobile()
        let client = new.connect()
        let refresh = try client.request(.refresh, new.transactionID(), [ticket])
        for _ in 0..<Claim.waitingLimit {
            #expect(new.send(refresh, from: client) == .pending)
        }
        #expect(try Answer(new.send(refresh, from: client)).error == 508)
    }

    @Test func `a stranger waits for the answer, and not for ever`() throws {
        let (_, ticket) = try old.allocateMobile()
        let stranger = new.stranger()
        let request = try stranger.request(.refresh, new.transactionID(), [ticket])
        let (outcome, made) = new.relay.receive(request.rawSpan, fromStranger: stranger.address, at: new.now)
        let id = try #require(made)
        #expect(outcome == .pending)
        #expect(new.advance(.seconds(8)) == [.close(id, .unallocated)])
    }

    // MARK: Refusals and accidents

    @Test func `tickets of others are refused across loops, too`() throws {
        let (client, ticket) = try old.allocateMobile()
        #expect(try ask(.refresh, new.connect(.bob), ticket).error == 441)
        #expect(try old.ask(.refresh, client).isSuccess && old.quota.totalInUse == 1)
    }

    @Test func `of two who show a ticket at the same time one gets the allocation`() throws {
        let (_, ticket) = try old.allocateMobile()
        for client in [new.connect(), new.connect()] {
            _ = new.send(try client.request(.refresh, new.transactionID(), [ticket]), from: client)
        }
        try pump()
        #expect(answers.map(\.error) == [nil, 437])
    }

    @Test(arguments: [true, false])
    func `an allocation that ends while it is asked for is gone`(isGranted: Bool) throws {
        if isGranted {
            let claimant = try claimant()
            #expect(try old.ask(.refresh, claimant.old, Lifetime(seconds: 0)).isSuccess)
            #expect(try ask(.refresh, claimant.new).error == 437)
        } else {
            let (client, ticket) = try old.allocateMobile()
            let claimant = new.connect()
            _ = new.send(try claimant.request(.refresh, new.transactionID(), [ticket]), from: claimant)
            #expect(try old.ask(.refresh, client, Lifetime(seconds: 0)).isSuccess)
            try pump()
            #expect(answers.map(\.error) == [437])
        }
        #expect(isEmpty())
    }

    @Test func `the new client is gone before the allocation comes`() throws {
        let claimant = try claimant()
        new.relay.disconnect(claimant.new.id, at: new.now.uptime)
        #expect(try old.ask(.refresh, claimant.old).isSuccess)
        old.relay.disconnect(claimant.old.id, at: old.now.uptime)
        try pump()
        #expect(old.relay.clientCount == 0 && new.relay.clientCount == 1 && old.quota.totalInUse == 1)
        // It is where it can be had with the ticket.
        let next = new.connect()
        #expect(try new.ask(.refresh, next, claimant.ticket).isSuccess)
        #expect(try new.ask(.refresh, next, Lifetime(seconds: 0)).isSuccess && isEmpty())
    }

    @Test func `nobody comes back`() throws {
        let claimant = try claimant()
        new.relay.disconnect(claimant.new.id, at: new.now.uptime)
        old.relay.disconnect(claimant.old.id, at: old.now.uptime)
        try pump()
        try advance(.seconds(600))
        #expect(isEmpty() && old.relay.clientCount == 0 && new.relay.clientCount == 0)
    }

    @Test func `the old connection ends, and the allocation comes by itself`() throws {
        let claimant = try claimant()
        old.relay.disconnect(claimant.old.id, at: old.now.uptime)
        try pump()
        #expect(old.relay.clientCount == 0)
        #expect(try new.ask(.refresh, claimant.new).isSuccess)
    }
}
