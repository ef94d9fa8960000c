// SPDX-License-Identifier: Apache-2.0

import NIOCore
import OpenSSLCrypto
import STUNCodec
import TURNCredentials
import TestSupport
import Testing

@testable import TURNRelay

/// Third-party authorization (RFC 7635): a token in place of a user.
struct AccessTokenRelayTests {
    static let server = "turn.example.org"

    private static var tcpRelay: RelayConfiguration {
        var configuration = RelayConfiguration()
        configuration.mode = .open([RelayAddress(OpenRelayTests.ipv4)], ports: 50_000...50_099)
        configuration.allowsTCPAllocations = true
        return configuration
    }

    private let north: OAuthKey
    private let south: OAuthKey
    private let bench: Bench

    init() throws {
        north = try OAuthKey(kid: "north", algorithm: .aes256GCM, key: Array(repeating: 1, count: 32))
        south = try OAuthKey(kid: "south", algorithm: .aes128GCM, key: Array(repeating: 2, count: 16))
        var realm = try Bench.realmConfiguration()
        realm.tokens = AccessTokenVerifier(serverName: Self.server, keys: [north, south])
        realm.allocationsPerUser = 1
        bench = try Bench(Self.tcpRelay, realms: RealmDirectory(default: realm))
    }

    /// Of an authorization server: a token and the key that is inside.
    private struct Issued {
        let kid: String
        let token: AccessToken
        let macKey: [UInt8]
    }

    private func issue(_ key: OAuthKey, lifetime: UInt32 = 3600, macKey: UInt8 = 7) throws -> Issued {
        let macKey = [UInt8](repeating: macKey, count: 20)
        let timestamp = UInt64(bench.now.unixTime) << 16
        let grant = AccessGrant(macKey: macKey, timestamp: timestamp, lifetime: lifetime)
        let nonce = [UInt8](repeating: 3, count: 12)
        let block = try key.seal(grant, nonce: nonce, serverName: Self.server)
        return Issued(kid: key.kid, token: AccessToken(nonce: nonce, encryptedBlock: block), macKey: macKey)
    }

    private func ask(
        _ method: STUNCodec.Method,
        _ client: TestClient,
        _ issued: Issued,
        sendsToken: Bool = true,
        _ values: any STUNAttributeValue...
    ) throws -> Answer {
        var writer = STUNMessageWriter(type: MessageType(method, .request), transactionID: bench.transactionID())
        for value in values {
            writer.append(value)
        }
        if sendsToken { writer.append(issued.token) }
        writer.append(Username(text: issued.kid))
        writer.append(Realm(text: Bench.realm))
        writer.append(Nonce(text: client.nonce))
        let key = try HMACKey(.sha1, key: issued.macKey)
        writer.appendMessageIntegrity { key.authenticationCode(of: $0) }
        return try Answer(bench.send(writer.bytes, from: client))
    }

    private func allocate(_ client: TestClient, _ issued: Issued) throws -> Answer {
        try ask(.allocate, client, issued, RequestedTransport.udp)
    }

    @Test func challengesSayThatTokensAreTaken() throws {
        let client = bench.connect()
        client.nonce = ""
        let challenge = try bench.ask(.allocate, client, RequestedTransport.udp)
        #expect(try challenge.value(ThirdPartyAuthorization.self)?.text == Self.server)
        let other = try Bench()
        let stranger = other.connect()
        stranger.nonce = ""
        #expect(try !other.ask(.allocate, stranger, RequestedTransport.udp).has(.thirdPartyAuthorization))
    }

    @Test func aTokenAllocatesAndItsKeyGoesOn() throws {
        let client = bench.connect()
        let issued = try issue(north)
        let answer = try allocate(client, issued)
        #expect(try answer.isSuccess && answer.isAuthenticated(by: .messageIntegrity, key: issued.macKey))
        let peer = XORPeerAddress(address: try bench.allocate().relayed)
        #expect(try ask(.createPermission, client, issued, sendsToken: false, peer).isSuccess)
        #expect(try ask(.refresh, client, issued, sendsToken: false, Lifetime(seconds: 0)).isSuccess)
        #expect(bench.quota.totalInUse == 1)
    }

    /// RFC 6062: other requests are good with any token, but the data of a connection is for the one that made it.
    @Test func aConnectionIsBoundWithItsOwnTokenAlone() throws {
        let (mine, other) = (try issue(north), try issue(north, macKey: 8))
        let control = bench.connect()
        #expect(try ask(.allocate, control, mine, RequestedTransport.tcp).isSuccess)
        let request = try? ask(.connect, control, mine, sendsToken: false, peer("5.5.5.5"))
        let dial = try #require(bench.sockets.dials.last)
        #expect(request == nil)
        bench.settle(dial)
        #expect(try ask(.connectionBind, bench.connect(), other, dial.connection).error == 441)
        #expect(!bench.connections.isBound(dial.connection))
        _ = try? ask(.connectionBind, bench.connect(), mine, dial.connection)
        #expect(bench.connections.isBound(dial.connection))
    }

    @Test func tokensThatAreNone() throws {
        let good = try issue(north)
        let client = bench.connect()
        let wrongs = [
            Issued(kid: "south", token: good.token, macKey: good.macKey),
            Issued(kid: "alice", token: good.token, macKey: good.macKey),
            Issued(kid: "north", token: good.token, macKey: Array(repeating: 8, count: 20)),
            Issued(kid: "north", token: AccessToken(nonce: [], encryptedBlock: []), macKey: good.macKey),
            Issued(kid: "north", token: AccessToken(nonce: good.token.nonce, encryptedBlock: []), macKey: good.macKey),
        ]
        for wrong in wrongs {
            #expect(try allocate(client, wrong).error == 401)
        }
        #expect(try ask(.allocate, client, good, sendsToken: false, RequestedTransport.udp).error == 401)
        _ = bench.advance(.seconds(3605))
        bench.renewNonce(of: client)
        #expect(bench.directory.count == 0)
    }

    @Test func expiredTokens() throws {
        let issued = try issue(north)
        _ = bench.advance(.seconds(3605))
        #expect(try allocate(bench.connect(), issued).error == 401)
    }

    /// Without configured keys, the attribute is one that this server doesn't know.
    @Test func tokensOfNobody() throws {
        let other = try Bench()
        let client = other.connect()
        #expect(try other.ask(.allocate, client, RequestedTransport.udp, try issue(north).token).error == 401)
    }

    @Test func allocationsEndWithTheirToken() throws {
        let client = bench.connect()
        let answer = try allocate(client, issue(north, lifetime: 100))
        #expect(try answer.value(Lifetime.self)?.seconds == 100)
        _ = bench.advance(.seconds(60))
        let refreshed = try ask(.refresh, client, issue(north, lifetime: 100), sendsToken: false)
        #expect(try refreshed.value(Lifetime.self)?.seconds == 40)
        _ = bench.advance(.seconds(40))
        #expect(bench.directory.count == 0 && bench.quota.totalInUse == 0)
    }

    /// coturn's client takes a new token, of any key, with each Refresh, and goes on with its key.
    @Test func aNewTokenProlongs() throws {
        let client = bench.connect()
        _ = try allocate(client, issue(north, lifetime: 100))
        let renewed = try issue(south, lifetime: 300, macKey: 8)
        #expect(try ask(.refresh, client, renewed).value(Lifetime.self)?.seconds == 300)
        #expect(try ask(.refresh, client, renewed, sendsToken: false).value(Lifetime.self)?.seconds == 300)
        #expect(try ask(.refresh, client, issue(north), sendsToken: false).error == 401)
        bench.relay.disconnect(client.id, at: bench.now.uptime)
        #expect(bench.quota.totalInUse == 0)
    }

    @Test func tokensAndUsersDoNotShareAllocations() throws {
        let ofUser = try bench.allocate()
        #expect(try ask(.refresh, ofUser, issue(north), Lifetime(seconds: 0)).error == 441)
        #expect(try bench.ask(.refresh, ofUser).isSuccess)
        let ofToken = bench.connect()
        _ = try allocate(ofToken, issue(north))
        #expect(try bench.ask(.refresh, ofToken, Lifetime(seconds: 0)).error == 441)
    }

    /// A token may not be used for more allocations than a user may have, whoever else has a token of its key.
    @Test func quotasCountTokens() throws {
        let issued = try issue(north)
        #expect(try allocate(bench.connect(), issued).isSuccess)
        #expect(try allocate(bench.connect(), issued).error == 486)
        #expect(try allocate(bench.connect(), issue(north, macKey: 8)).isSuccess)
    }
}
