// SPDX-License-Identifier: Apache-2.0

import NIOCore
import OpenSSLCrypto
import STUNCodec
import TestSupport
import Testing

@testable import TURNRelay

/// Whom a relay believes: nonces, timestamps and MACs.
struct CredentialIncidentTests {
    static let otherRealm = "other.example"

    // MARK: Nonces

    @Test func `pion fb0ab51: a nonce that is forged, foreign or cut short gets 438`() throws {
        let bench = try Bench()
        let client = bench.connect()
        let good = client.nonce
        let forged = good.utf8.indices.map { index in
            var bytes = Array(good.utf8)
            bytes[good.utf8.distance(from: good.utf8.startIndex, to: index)] ^= 1
            return String(decoding: bytes, as: UTF8.self)
        }
        let foreign = bench.connect().nonce
        let shortened = [0, 1, 8, 12, 20, good.utf8.count - 1].map { String(good.prefix($0)) }
        for nonce in forged + shortened + [foreign, good + "0", String(repeating: "0", count: 128)] {
            client.nonce = nonce
            #expect(try bench.ask(.allocate, client, RequestedTransport.udp).error == 438, "\(nonce)")
        }
        #expect(bench.directory.count == 0 && bench.quota.totalInUse == 0)
        client.nonce = good
        #expect(try bench.ask(.allocate, client, RequestedTransport.udp).isSuccess)
    }

    @Test func `turn-rs: an expired nonce gets 438 and a new one that works`() throws {
        let bench = try Bench()
        let client = try bench.allocate()
        _ = bench.advance(.seconds(599))
        #expect(try bench.ask(.refresh, client).isSuccess)
        _ = bench.advance(.seconds(1))
        let answer = try bench.ask(.refresh, client)
        #expect(answer.error == 438)
        client.nonce = try answer.value(Nonce.self)?.text ?? ""
        #expect(try bench.ask(.refresh, client).isSuccess)
    }

    /// What follows from one nonce about the next must be no more than its time.
    @Test func `CVE-2025-69217: nonces of neighbours share no part of their MAC`() throws {
        let nonces = try NonceIssuer(secret: SecureRandom.bytes(32), lifetime: 600)
        let codes = (0..<10_000).map { number in
            let client = TransportAddress(IPAddress(ipv4: 0x0505_0505), port: UInt16(number))
            return Array(nonces.issue(nil, in: "r", to: client, now: 1_700_000_000).utf8.suffix(12))
        }
        #expect(Set(codes).count == codes.count)
        // 64 characters, each about 156 times of 10,000 at each place; nine deviations are beyond any chance.
        for place in 0..<12 {
            let counts = Dictionary(grouping: codes) { $0[place] }.mapValues(\.count)
            #expect(counts.count == 64 && counts.values.allSatisfy { 45...270 ~= $0 }, "character \(place)")
        }
    }

    // MARK: Timestamps

    /// Each with the right HMAC of the shared secret.
    @Test(arguments: [
        "1699999999:carol", "0:carol", "1:carol", "-1:carol", "+1800000000:carol", "18000000o0:carol", ":carol",
        "carol",
        "0x7fffffff:carol", " 1800000000:carol", "1800000000 :carol", "9223372036854775808:carol",
        "18446744073709551616:carol", "99999999999999999999999999:carol", "1.8e9:carol", "١٨٠٠٠٠٠٠٠٠:carol",
    ]) func `turn-rs: a timestamp that is past or none gets 401 whatever its HMAC`(username: String) throws {
        let bench = try Bench()
        let answer = try bench.ask(.allocate, bench.connect(signed(username)), RequestedTransport.udp)
        #expect(answer.error == 401)
        #expect(bench.directory.count == 0)
    }

    @Test func `turn-rs: a timestamp to come is taken until its second`() throws {
        let bench = try Bench()
        let last = try signed("\(bench.now.unixTime + 60):carol")
        _ = bench.advance(.seconds(59))
        #expect(try bench.ask(.allocate, bench.connect(last), RequestedTransport.udp).isSuccess)
        _ = bench.advance(.seconds(1))
        #expect(try bench.ask(.allocate, bench.connect(last), RequestedTransport.udp).error == 401)
        let far = try signed("9223372036854775807:carol")
        #expect(try bench.ask(.allocate, bench.connect(far), RequestedTransport.udp).isSuccess)
    }

    private func signed(_ username: String) throws -> Credential {
        let hmac = try HMACKey(.sha1, key: Array(Bench.secret.utf8)).authenticationCode(of: Array(username.utf8))
        return Credential(username: username, password: base64Encoded(hmac))
    }

    // MARK: MACs

    @Test func `coturn ab762f33: attributes after MESSAGE-INTEGRITY are not acted on`() throws {
        let bench = try Bench()
        let (client, other) = (try bench.allocate(), try bench.allocate(.bob))
        let end = appended(try client.request(.refresh, bench.transactionID(), []), Lifetime(seconds: 0))
        #expect(try Answer(bench.send(end, from: client)).value(Lifetime.self)?.seconds == 600)
        #expect(bench.directory.count == 2)

        let peer = XORPeerAddress(address: try other.relayed)
        let request = try client.request(.createPermission, bench.transactionID(), [])
        #expect(try Answer(bench.send(appended(request, peer), from: client)).error == 400)
        let channel = ChannelNumber(rawValue: 0x4001)
        let bind = try client.request(.channelBind, bench.transactionID(), [channel])
        #expect(try Answer(bench.send(appended(bind, peer), from: client)).error == 400)
        let handle = try #require(bench.directory.resolve(client.relayed, over: .udp)?.handle)
        let passage = Passage(target: handle, source: peer.address)
        #expect(bench.relay.deliver(passage, at: bench.now.uptime) == .drop(.peerWithoutPermission))
    }

    private func appended(_ request: [UInt8], _ value: some STUNAttributeValue) -> [UInt8] {
        var writer = STUNMessageWriter(
            type: MessageType(.allocate, .request),
            transactionID: TransactionID(high: 0x7E57, low: 0)
        )
        writer.append(value)
        return withLength(request + writer.bytes.dropFirst(20))
    }

    @Test func `coturn 1871: ORIGIN and all else of an unproved request leave no trace`() throws {
        let other = try Bench.realmConfiguration(named: Self.otherRealm)
        var named = other
        named.hostNames = ["turn.other.example"]
        let bench = try Bench(realms: RealmDirectory(default: Bench.realmConfiguration(), others: [named]))
        let origin = Origin(text: "https://turn.other.example")
        let client = bench.connect(Credential(username: "alice", password: "guess", realm: Self.otherRealm))
        #expect(try bench.ask(.allocate, client, RequestedTransport.udp, origin).error == 401)
        #expect(!bench.relay.isAuthenticated(client.id) && bench.directory.count == 0)
        client.credential = .alice
        bench.renewNonce(of: client)
        #expect(try bench.ask(.allocate, client, RequestedTransport.udp).isSuccess)

        client.credential.password = "guess"
        let peer = XORPeerAddress(address: try bench.allocate(.bob).relayed)
        #expect(try bench.ask(.channelBind, client, ChannelNumber(rawValue: 0x4001), peer).error == 401)
        #expect(try bench.ask(.refresh, client, Lifetime(seconds: 0)).error == 401)
        client.credential = .alice
        let routing = bench.relay.route(channel: ChannelNumber(rawValue: 0x4001), from: client.id, at: bench.now.uptime)
        #expect(routing == .drop(.unboundChannel) && bench.directory.count == 2)
    }

    /// Time cannot be measured in a test; that a MAC counts to its last bit, and in full, can.
    @Test func `coturn 1869: every bit of a MAC counts`() throws {
        let bench = try Bench()
        let client = bench.connect()
        let request = try client.request(.allocate, bench.transactionID(), [RequestedTransport.udp])
        for bit in 0..<160 {
            var changed = request
            changed[request.count - 20 + bit / 8] ^= 1 << (bit % 8)
            #expect(try Answer(bench.send(changed, from: client)).error == 401, "bit \(bit)")
        }
        let mac = Array(request.suffix(20))
        for length in 0...20 {
            let isEqual = constantTimeEqual(mac.rawSpan, Array(mac.prefix(length)).rawSpan)
            #expect(isEqual == (length == 20))
        }
        #expect(try Answer(bench.send(request, from: client)).isSuccess)
    }
}
