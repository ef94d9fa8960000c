// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec
import TURNCredentials
import TestSupport
import Testing

@testable import TURNRelay

/// Which realm a client belongs to, and what realms keep apart.
struct RealmTests {
    static let other = "other.example"

    private static func bench() throws -> Bench {
        var first = try Bench.realmConfiguration()
        first.hostNames = ["turn.example.org"]
        var second = try Bench.realmConfiguration(named: other)
        second.hostNames = ["Turn.Other.Example.", "192.0.2.7", "2001:db8::7"]
        second.allocationsPerUser = 1
        return try Bench(realms: RealmDirectory(default: first, others: [second]))
    }

    private func client(_ bench: Bench, serverName: String? = nil) -> TestClient {
        bench.connect(.alice, serverName: serverName)
    }

    private func challenge(_ bench: Bench, _ client: TestClient, _ values: any STUNAttributeValue...) throws -> String?
    {
        var writer = STUNMessageWriter(
            type: MessageType(.allocate, .request),
            transactionID: TransactionID(high: 0, low: 0)
        )
        for value in values {
            writer.append(value)
        }
        let answer = try Answer(bench.send(writer.bytes, from: client))
        #expect(answer.error == 401)
        client.nonce = try answer.value(Nonce.self)?.text ?? ""
        return try answer.value(Realm.self)?.text
    }

    // MARK: Choice

    @Test(arguments: [
        ("turn.other.example", other), ("TURN.OTHER.EXAMPLE.", other), ("192.0.2.7", other),
        ("turn.example.org", Bench.realm), ("elsewhere.example", Bench.realm), ("", Bench.realm), (".", Bench.realm),
        (String(repeating: "a", count: 100_000), Bench.realm), ("xturn.other.example", Bench.realm),
    ])
    func serverNames(name: String, realm: String) throws {
        let bench = try Self.bench()
        #expect(try challenge(bench, client(bench, serverName: name)) == realm)
    }

    @Test(arguments: [
        ("https://turn.other.example", other), ("https://TURN.other.example:8443", other),
        ("https://turn.other.example/path", other), ("http://[2001:DB8::7]:80", other),
        ("https://turn.other.example.evil.example", Bench.realm), ("turn.other.example", Bench.realm),
        ("https://", Bench.realm), ("https:", Bench.realm), ("", Bench.realm), ("null", Bench.realm),
        ("https://evil.example/turn.other.example", Bench.realm), ("https://[2001:db8::7", other),
    ])
    func origins(origin: String, realm: String) throws {
        let bench = try Self.bench()
        #expect(try challenge(bench, client(bench), Origin(text: origin)) == realm)
    }

    @Test func theFirstKnownOriginOfSeveralCounts() throws {
        let bench = try Self.bench()
        let origins = (Origin(text: "https://elsewhere.example"), Origin(text: "https://turn.other.example"))
        #expect(try challenge(bench, client(bench), origins.0, origins.1) == Self.other)
    }

    @Test func theServerNameComesBeforeTheOrigin() throws {
        let bench = try Self.bench()
        let client = client(bench, serverName: "turn.example.org")
        #expect(try challenge(bench, client, Origin(text: "https://turn.other.example")) == Bench.realm)
    }

    // MARK: Settling

    /// Anybody can send an ORIGIN: only a request that authenticates settles the realm.
    @Test func aRealmIsSettledByAnAuthenticatedRequest() throws {
        let bench = try Self.bench()
        let client = client(bench)
        let origin = Origin(text: "https://turn.other.example")
        #expect(try challenge(bench, client, origin) == Self.other)
        #expect(try challenge(bench, client) == Bench.realm)
        _ = try challenge(bench, client, origin)
        client.credential.realm = Self.other
        #expect(try bench.ask(.allocate, client, RequestedTransport.udp, origin).isSuccess)
        // From here on without ORIGIN, and whatever ORIGIN says.
        #expect(try bench.ask(.refresh, client).isSuccess)
        #expect(try challenge(bench, client, Origin(text: "https://turn.example.org")) == Self.other)
    }

    @Test func aNonceIsGoodInItsRealmOnly() throws {
        let bench = try Self.bench()
        let client = client(bench)
        _ = try challenge(bench, client)
        client.credential.realm = Self.other
        let origin = Origin(text: "https://turn.other.example")
        #expect(try bench.ask(.allocate, client, RequestedTransport.udp, origin).error == 438)
    }

    @Test func usersOfOneRealmAreStrangersInAnother() throws {
        let bench = try Self.bench()
        let client = client(bench, serverName: "turn.other.example")
        bench.renewNonce(of: client)
        #expect(try bench.ask(.allocate, client, RequestedTransport.udp).error == 401)
        client.credential.realm = Self.other
        bench.renewNonce(of: client)
        #expect(try bench.ask(.allocate, client, RequestedTransport.udp).isSuccess)
    }

    @Test func quotasAreOfTheRealm() throws {
        let bench = try Self.bench()
        func allocate() throws -> (TestClient, Answer) {
            let client = client(bench, serverName: "turn.other.example")
            client.credential.realm = Self.other
            bench.renewNonce(of: client)
            return (client, try bench.ask(.allocate, client, RequestedTransport.udp))
        }
        let (first, answer) = try allocate()
        #expect(answer.isSuccess)
        #expect(try allocate().1.error == 486)
        #expect(try bench.allocate().relayedAddress != nil)
        #expect(bench.quota.totalInUse == 1)
        bench.relay.disconnect(first.id, at: bench.now.uptime)
        #expect(try allocate().1.isSuccess)
    }

    // MARK: All realms together

    private func benchOfTwo(_ limits: ServerLimits) throws -> Bench {
        var second = try Bench.realmConfiguration(named: Self.other)
        second.hostNames = [Self.other]
        let first = try Bench.realmConfiguration()
        return try Bench(realms: RealmDirectory(default: first, others: [second], limits: limits))
    }

    private func askForAllocation(_ bench: Bench, in realm: String) throws -> (client: TestClient, error: Int?) {
        let client = bench.connect(Credential(username: "alice", password: "wonder", realm: realm), serverName: realm)
        return (client, try bench.ask(.allocate, client, RequestedTransport.udp).error)
    }

    @Test func allocationsOfAllRealmsAreLimitedTogether() throws {
        var limits = ServerLimits()
        limits.allocations = 2
        let bench = try benchOfTwo(limits)
        let first = try askForAllocation(bench, in: Bench.realm)
        #expect(try first.error == nil && askForAllocation(bench, in: Self.other).error == nil)
        #expect(try askForAllocation(bench, in: Bench.realm).error == 508)
        #expect(try askForAllocation(bench, in: Self.other).error == 508)
        #expect(bench.quota.totalInUse == 1)
        bench.relay.disconnect(first.client.id, at: bench.now.uptime)
        #expect(try askForAllocation(bench, in: Self.other).error == nil)
    }

    @Test func bandwidthOfAllRealmsIsSharedByThem() throws {
        var limits = ServerLimits()
        limits.bytesPerSecond = 1_000
        let bench = try benchOfTwo(limits)
        let clients = try [Bench.realm, Self.other].map { try askForAllocation(bench, in: $0).client }
        let passed = (0..<20).count { index in
            bench.relay.admit(100, of: clients[index % 2].id, at: bench.now.uptime)
        }
        #expect(passed == 10)
    }
}
