// SPDX-License-Identifier: Apache-2.0

import NIOCore
import OpenSSLCrypto
import STUNCodec
import TURNCredentials
import TestSupport
import Testing

@testable import TURNRelay

/// The long-term credential mechanism, step by step (RFC 8489, section 9.2.4).
struct AuthenticationTests {
    private func bare(_ values: any STUNAttributeValue...) -> [UInt8] {
        var writer = STUNMessageWriter(
            type: MessageType(.allocate, .request),
            transactionID: TransactionID(high: 0, low: 0)
        )
        for value in values {
            writer.append(value)
        }
        return writer.bytes
    }

    @Test func challengeHasRealmAndNonceThatWork() throws {
        let bench = try Bench()
        let client = bench.connect()
        let challenge = try Answer(bench.send(bare(RequestedTransport.udp), from: client))
        #expect(challenge.error == 401)
        #expect(try challenge.value(Realm.self)?.text == Bench.realm)
        client.nonce = try #require(try challenge.value(Nonce.self)?.text)
        #expect(try bench.ask(.allocate, client, RequestedTransport.udp).isSuccess)
    }

    @Test func integrityWithoutTheRestIsABadRequest() throws {
        let bench = try Bench()
        let client = bench.connect()
        let sets: [[any STUNAttributeValue]] = [
            [Realm(text: Bench.realm), Nonce(text: client.nonce)],
            [Username(text: "alice"), Nonce(text: client.nonce)],
            [Username(text: "alice"), Realm(text: Bench.realm)],
        ]
        for values in sets {
            var writer = STUNMessageWriter(
                type: MessageType(.allocate, .request),
                transactionID: TransactionID(high: 0, low: 0)
            )
            for value in values {
                writer.append(value)
            }
            writer.appendMessageIntegrity { _ in Array(repeating: 0, count: 20) }
            #expect(try Answer(bench.send(writer.bytes, from: client)).error == 400)
        }
    }

    @Test(arguments: [
        Credential(username: "alice", password: "wrong"), Credential(username: "mallory", password: "wonder"),
        Credential(username: "alice", password: "wonder", realm: "example.com"),
        Credential(username: "1600000000:alice", password: "wonder"),
    ])
    func wrongCredentials(credential: Credential) throws {
        let bench = try Bench()
        let client = bench.connect(credential)
        let answer = try bench.ask(.allocate, client, RequestedTransport.udp)
        #expect(answer.error == 401)
        #expect(try answer.has(.nonce) && !answer.has(.messageIntegrity))
        #expect(bench.directory.count == 0)
    }

    @Test func expiredCredentialWithTheRightMACIsRefused() throws {
        let bench = try Bench()
        let credential = try bench.ephemeral(lifetime: -1)
        #expect(try bench.ask(.allocate, bench.connect(credential), RequestedTransport.udp).error == 401)
    }

    @Test func answersAreAuthenticatedWithTheClientsKey() throws {
        let bench = try Bench()
        let answer = try bench.ask(.allocate, bench.connect(), RequestedTransport.udp)
        let message = try STUNMessageView(answer.bytes.rawSpan)
        guard let coverage = message.integrityCoverage(.messageIntegrity) else {
            Issue.record("no MESSAGE-INTEGRITY")
            return
        }
        let key = try HMACKey(.sha1, key: Credential.alice.key)
        let mac = key.authenticationCode(of: coverage.header + message.bytes(in: coverage.body).array)
        #expect(mac == message.bytes(in: coverage.mac).array)
    }

    // MARK: Nonces

    @Test func staleForgedAndForeignNonces() throws {
        let bench = try Bench()
        let client = bench.connect()
        let good = client.nonce
        let foreign = bench.connect().nonce
        let forged = String(good.dropLast()) + (good.hasSuffix("0") ? "1" : "0")
        for nonce in ["", "x", foreign, forged, good + "0", String(good.dropLast()), String(repeating: "é", count: 20)]
        {
            client.nonce = nonce
            let answer = try bench.ask(.allocate, client, RequestedTransport.udp)
            #expect(answer.error == 438, "nonce \(nonce)")
            #expect(try answer.has(.realm) && answer.has(.nonce))
        }
        client.nonce = good
        _ = bench.advance(.seconds(600))
        #expect(try bench.ask(.allocate, client, RequestedTransport.udp).error == 438)
    }

    @Test func noncesLiveAsLongAsTheySay() throws {
        let nonces = try NonceIssuer(secret: [1, 2, 3], lifetime: 600)
        let client = TransportAddress(IPAddress(ipv4: 1), port: 2)
        let nonce = nonces.issue(
            NonceAnnouncement(features: .passwordAlgorithms, offer: .md5),
            in: "a",
            to: client,
            now: 1000
        )
        func isValid(at now: Int64) -> Bool { nonces.isValid(nonce, in: "a", from: client, now: now) }
        #expect(isValid(at: 1000) && isValid(at: 1599) && !isValid(at: 1600) && !isValid(at: 999))
        let other = try NonceIssuer(secret: [1, 2, 4], lifetime: 600)
        #expect(!other.isValid(nonce, in: "a", from: client, now: 1000))
        #expect(!nonces.isValid(nonce, in: "b", from: client, now: 1000))
    }

    /// Cookie and offer are what a bid-down attack would change; the MAC covers each character of a nonce.
    @Test func everyCharacterOfANonceCounts() throws {
        let nonces = try NonceIssuer(secret: [1, 2, 3], lifetime: 600)
        let client = TransportAddress(IPAddress(ipv4: 1), port: 2)
        let nonce = Array(
            nonces.issue(NonceAnnouncement(features: .passwordAlgorithms, offer: .md5), in: "a", to: client, now: 1000)
                .utf8
        )
        #expect(nonce.starts(with: "obMatJos2gAAA1".utf8))
        for index in nonce.indices {
            var changed = nonce
            changed[index] ^= 1
            let text = String(decoding: changed, as: UTF8.self)
            #expect(!nonces.isValid(text, in: "a", from: client, now: 1000), "character \(index)")
        }
    }

    // MARK: Nothing before the MAC, nothing after it

    @Test func attributesAfterIntegrityAreNotActedOn() throws {
        let bench = try Bench()
        let client = bench.connect()
        var bytes = try client.request(.allocate, bench.transactionID(), [RequestedTransport.udp])
        // LIFETIME 3600 after MESSAGE-INTEGRITY, and the length field corrected for it.
        bytes += [0x00, 0x0D, 0x00, 0x04, 0x00, 0x00, 0x0E, 0x10]
        let length = UInt16(bytes.count - 20)
        bytes[2] = UInt8(length >> 8)
        bytes[3] = UInt8(length & 0xFF)
        let answer = try Answer(bench.send(bytes, from: client))
        #expect(answer.isSuccess)
        #expect(try answer.value(Lifetime.self)?.seconds == 600)
    }

    @Test func unverifiedRequestsChangeNothing() throws {
        let bench = try Bench()
        let client = try bench.allocate()
        client.credential.password = "guess"
        #expect(try bench.ask(.refresh, client, Lifetime(seconds: 0)).error == 401)
        #expect(try bench.ask(.createPermission, client, XORPeerAddress(address: client.relayed)).error == 401)
        client.credential = .alice
        #expect(try bench.ask(.refresh, client).isSuccess)
    }

    @Test func anotherUsersAllocationIsNotTheirs() throws {
        let bench = try Bench()
        let client = try bench.allocate()
        client.credential = .bob
        #expect(try bench.ask(.refresh, client, Lifetime(seconds: 0)).error == 441)
        #expect(bench.directory.count == 1)
    }
}
