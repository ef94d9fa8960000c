// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec
import TURNCredentials
import TestSupport
import Testing

@testable import TURNRelay

/// Answers over UDP to whoever has not proved who he is.
struct AmplificationTests {
    static let stranger = TransportAddress(IPAddress(ipv6High: 0x2A00 << 48, low: 1), port: 1)

    private func bench(realm: String) throws -> Bench {
        try Bench(realms: RealmDirectory(default: Bench.realmConfiguration(named: realm)))
    }

    private func request(
        _ method: STUNCodec.Method,
        _ values: [any STUNAttributeValue] = [],
        fingerprint: Bool = false
    ) -> [UInt8] {
        var writer = STUNMessageWriter(
            type: MessageType(method, .request),
            transactionID: TransactionID(high: 1, low: 2)
        )
        for value in values { writer.append(value) }
        if fingerprint { writer.appendFingerprint() }
        return writer.bytes
    }

    private func answer(_ bench: Bench, _ request: [UInt8], from address: TransportAddress = stranger) throws -> Answer
    {
        try Answer(bench.relay.receive(request.rawSpan, fromStranger: address, at: bench.now).0)
    }

    @Test func `no answer is longer than three times its request`() throws {
        var random = SystemRandomNumberGenerator()
        let methods: [STUNCodec.Method] = [
            .binding, .allocate, .refresh, .channelBind, .createPermission, .send, .connect,
        ]
        let values: [any STUNAttributeValue] = [
            RequestedTransport.udp, Lifetime(seconds: 1), Username(text: "alice"), Realm(text: "r"),
            Nonce(text: "n"), Software(text: "test"), AccessToken(nonce: [1], encryptedBlock: [2]),
            XORPeerAddress(address: Self.stranger), Userhash(hash: [UInt8](repeating: 1, count: 32)),
        ]
        for length in [1, 12, 28, 60, 127] {
            let bench = try bench(realm: String(repeating: "r", count: length))
            for _ in 0..<300 {
                let chosen = values.filter { _ in Int.random(in: 0..<4, using: &random) == 0 }
                let method = methods.randomElement(using: &random) ?? .binding
                let request = request(method, chosen, fingerprint: Bool.random(using: &random))
                if case .respond(let bytes) = bench.relay.receive(
                    request.rawSpan,
                    fromStranger: Self.stranger,
                    at: bench.now
                ).0 {
                    #expect(bytes.count <= 3 * request.count, "\(request) \(bytes)")
                }
            }
        }
    }

    /// 28 bytes: what browsers ask with at first.
    @Test func `the shortest Allocate gets a challenge that is good for the old mechanism`() throws {
        let realm = String(repeating: "r", count: 28)
        let bench = try bench(realm: realm)
        let request = request(.allocate, [RequestedTransport.udp])
        #expect(request.count == 28)
        let challenge = try answer(bench, request)
        #expect(try challenge.error == 401 && !challenge.has(.passwordAlgorithms) && !challenge.has(.software))

        let client = TestClient(
            id: ClientID(slot: 0, generation: 0),
            address: Self.stranger,
            credential: Credential(username: "alice", password: "wonder", realm: realm)
        )
        client.nonce = try challenge.value(Nonce.self)?.text ?? ""
        let allocate = try client.request(.allocate, bench.transactionID(), [RequestedTransport.udp])
        let success = try answer(bench, allocate)
        #expect(try success.isSuccess && success.has(.software))
    }

    @Test func `a longer request gets all of the challenge`() throws {
        let bench = try bench(realm: "example.org")
        let software = Software(text: "a client with a name")
        let challenge = try answer(bench, request(.allocate, [RequestedTransport.udp, software], fingerprint: true))
        #expect(try challenge.error == 401 && challenge.has(.passwordAlgorithms) && challenge.has(.software))
    }

    @Test func `a bare header is worth no challenge, and a Binding request its answer`() throws {
        let bench = try bench(realm: "example.org")
        let (outcome, _) = bench.relay.receive(request(.allocate).rawSpan, fromStranger: Self.stranger, at: bench.now)
        #expect(outcome == .drop(.amplification))
        #expect(try answer(bench, request(.binding)).value(XORMappedAddress.self)?.address == Self.stranger)
    }

    @Test func `streams, whose address is proved, get everything`() throws {
        let bench = try bench(realm: String(repeating: "r", count: 60))
        let client = bench.connect()
        let challenge = try Answer(bench.send(request(.allocate), from: client))
        #expect(try challenge.error == 401 && challenge.has(.passwordAlgorithms) && challenge.has(.software))
    }
}
