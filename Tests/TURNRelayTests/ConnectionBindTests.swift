// SPDX-License-Identifier: Apache-2.0

import NIOCore
import OpenSSLCrypto
import STUNCodec
import TestSupport
import Testing

@testable import TURNRelay

/// RFC 6062, section 5.4, without sockets: who gets the data of a connection.
struct ConnectionBindTests {
    @Test func `a connection is bound once, on whatever loop, and its client is none any more`() throws {
        let bench = try Bench.tcp()
        let other = try Bench.tcp(loop: 1, like: bench)
        let id = try bench.connect(bench.allocateTCP(), to: peer("5.5.5.5"))
        let data = other.connect()
        guard case .bind(let bytes, let bound, let loop) = try other.bind(id, data) else {
            return #expect(Bool(false), "not bound")
        }
        let answer = try Answer(.respond(bytes))
        #expect(answer.type == MessageType(.connectionBind, .successResponse) && bound == id && loop == 0)
        #expect(try answer.isAuthenticated(by: .messageIntegrity, key: data.credential.key))
        #expect(other.relay.clientCount == 0)
        #expect(try Answer(bench.bind(id, bench.connect())).error == 400)
    }

    @Test func `a connection that is not there, or not yet, is not bound`() throws {
        let bench = try Bench.tcp()
        let client = try bench.allocateTCP()
        let dial = try bench.dial(peer("5.5.5.5"), client)
        #expect(try Answer(bench.bind(dial.connection, bench.connect())).error == 400)
        bench.settle(dial)
        let other = ConnectionID(value: dial.connection.value ^ 1)
        #expect(try Answer(bench.bind(other, bench.connect())).error == 400)
        #expect(try bench.ask(.connectionBind, bench.connect()).error == 400)
        bench.relay.connectionEnded(dial.connection, of: dial.allocation)
        #expect(try Answer(bench.bind(dial.connection, bench.connect())).error == 400)
    }

    @Test func `the control connection is none for data, nor is UDP`() throws {
        let bench = try Bench.tcp()
        let client = try bench.allocateTCP()
        let id = try bench.connect(client, to: peer("5.5.5.5"))
        #expect(try Answer(bench.bind(id, client)).error == 400)
        let stranger = bench.stranger()
        let request = try stranger.request(.connectionBind, bench.transactionID(), [id])
        let (outcome, _) = bench.relay.receive(request.rawSpan, fromStranger: stranger.address, at: bench.now)
        #expect(try Answer(outcome).error == 400)
        // It still waits.
        guard case .bind = try bench.bind(id, bench.connect()) else { return #expect(Bool(false), "not bound") }
    }

    @Test func `another user does not get it, and it waits on`() throws {
        let bench = try Bench.tcp()
        let id = try bench.connect(bench.allocateTCP(), to: peer("5.5.5.5"))
        let thief = bench.connect(.bob)
        #expect(try Answer(bench.bind(id, thief)).error == 441)
        #expect(bench.relay.isAuthenticated(thief.id))
        let impostor = bench.connect(Credential(username: "alice", password: "guess"))
        #expect(try Answer(bench.bind(id, impostor)).error == 401)
        guard case .bind = try bench.bind(id, bench.connect()) else { return #expect(Bool(false), "not bound") }
    }

    @Test func `another ephemeral credential does not get it, of another room or of the same user`() throws {
        let bench = try Bench.tcp()
        let carol = try bench.ephemeral(room: "north")
        let id = try bench.connect(bench.allocateTCP(carol), to: peer("5.5.5.5"))
        for other in [
            try bench.ephemeral(room: "south"), try bench.ephemeral(), try bench.ephemeral(user: "dave", room: "north"),
            try bench.ephemeral(room: "north", lifetime: 3601),
        ] {
            #expect(try Answer(bench.bind(id, bench.connect(other))).error == 441)
        }
        guard case .bind = try bench.bind(id, bench.connect(carol)) else { return #expect(Bool(false), "not bound") }
    }

    @Test func `a client of RFC 8489 does not go back`() throws {
        let bench = try Bench.tcp()
        let client = bench.connect()
        client.authentication = .sha256
        #expect(try bench.ask(.allocate, client, RequestedTransport.tcp).isSuccess)
        let id = try bench.connect(client, to: peer("5.5.5.5"))
        #expect(try Answer(bench.bind(id, bench.connect())).error == 441)
        let data = bench.connect()
        data.authentication = .sha256
        guard case .bind = try bench.bind(id, data) else { return #expect(Bool(false), "not bound") }
    }

    @Test func `one that is not bound within 30 seconds is closed`() throws {
        let bench = try Bench.tcp()
        let client = try bench.allocateTCP()
        let dialed = try bench.connect(client, to: peer("5.5.5.5"))
        _ = try bench.ask(.createPermission, client, peer("5.5.5.6"))
        _ = bench.advance(.seconds(1))
        let source = try peer("5.5.5.6").address
        _ = try bench.relay.accept(from: source, for: bench.handle(of: client), at: bench.now.uptime)
        _ = bench.advance(.milliseconds(28_999))
        #expect(bench.sockets.hungUp.isEmpty && bench.connections.count == 2)
        _ = bench.advance(.milliseconds(1))
        #expect(bench.sockets.hungUp == [dialed] && bench.connections.count == 1)
        #expect(try Answer(bench.bind(dialed, bench.connect())).error == 400)
        _ = bench.advance(.seconds(1))
        #expect(bench.sockets.hungUp.count == 2 && bench.connections.count == 0)
    }

    @Test func `one that is bound stays, until its allocation ends`() throws {
        let bench = try Bench.tcp()
        let client = try bench.allocateTCP()
        let id = try bench.connect(client, to: peer("5.5.5.5"))
        _ = bench.advance(.milliseconds(29_999))
        guard case .bind = try bench.bind(id, bench.connect()) else { return #expect(Bool(false), "not bound") }
        _ = bench.advance(.minutes(9))
        #expect(bench.sockets.hungUp.isEmpty && bench.connections.count == 1)
        _ = bench.advance(.minutes(1))
        #expect(bench.sockets.hungUp == [id] && bench.connections.count == 0)
    }

    @Test func `numbers are never two connections'`() throws {
        let bench = try Bench.tcp()
        let registry = ConnectionRegistry()
        let client = try bench.allocateTCP()
        let allocation = try #require(bench.relay.clients[client.id]?.allocation)
        let owner = bench.relay.owner(of: allocation, in: bench.realms.defaultRealm)
        var random = Repeating()
        let ids = (0..<100).map { _ in registry.add(owner, loop: 0, using: &random) }
        #expect(Set(ids).count == 100 && registry.count == 100)
        for id in ids { registry.remove(id) }
        #expect(registry.count == 0)
    }

    /// Each number three times.
    private struct Repeating: RandomNumberGenerator {
        var calls: UInt64 = 0

        mutating func next() -> UInt64 {
            calls += 1
            return calls / 3
        }
    }
}
