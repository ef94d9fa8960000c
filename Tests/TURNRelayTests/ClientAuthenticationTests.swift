// SPDX-License-Identifier: Apache-2.0

import STUNCodec
import TURNClient
import TURNCredentials
import TestSupport
import Testing

@testable import TURNRelay

/// The client's side of RFC 8489, section 9.2, against the relay and against challenges made by hand.
struct ClientAuthenticationTests {
    private static let alice = TURNCredential(username: "alice", password: "wonder")
    private static let cookie = "obMatJos2gAAA"

    /// Sends an Allocate request and takes the answer.
    private func allocate(
        _ session: inout ClientSession,
        _ bench: Bench,
        _ client: TestClient
    ) throws -> (request: [UInt8], event: ClientSession.Event) {
        let request = session.request(.allocate, [RequestedTransport.udp], transactionID: bench.transactionID())
        let answer = try Answer(bench.send(request, from: client))
        return (request, try session.receive(answer.bytes.rawSpan))
    }

    /// Lets the client ask, gives it a challenge, and takes what it makes of it.
    private func challenge(
        _ session: inout ClientSession,
        _ code: Int = 401,
        _ values: any STUNAttributeValue...
    ) throws -> ClientSession.Event {
        let transactionID = TransactionID(high: 0, low: .random(in: .min ... .max))
        _ = session.request(.allocate, [RequestedTransport.udp], transactionID: transactionID)
        var writer = STUNMessageWriter(type: MessageType(.allocate, .errorResponse), transactionID: transactionID)
        writer.append(ErrorCode(code: code, reason: ""))
        writer.append(Realm(text: Bench.realm))
        for value in values {
            writer.append(value)
        }
        return try session.receive(writer.bytes.rawSpan)
    }

    private func types(_ request: [UInt8]) throws -> Set<AttributeType> {
        let message = try STUNMessageView(request.rawSpan)
        var types: Set<AttributeType> = []
        var attributes = message.attributes
        while let attribute = attributes.next() {
            types.insert(attribute.type)
        }
        return types
    }

    private func nextRequest(_ session: inout ClientSession) throws -> Set<AttributeType> {
        try types(session.request(.allocate, [], transactionID: TransactionID(high: 1, low: 1)))
    }

    @Test func usesSHA256WhereItIsOffered() throws {
        let bench = try Bench()
        var session = ClientSession(credential: Self.alice)
        let client = bench.connect()
        _ = try allocate(&session, bench, client)
        let (request, event) = try allocate(&session, bench, client)
        guard case .response(_, let response) = event else {
            Issue.record("\(event)")
            return
        }
        #expect(response.error == nil)
        let types = try types(request)
        #expect(types.isSuperset(of: [.username, .passwordAlgorithm, .passwordAlgorithms, .messageIntegritySHA256]))
        #expect(types.isDisjoint(with: [.userhash, .messageIntegrity]))
    }

    @Test(arguments: [false, true])
    func hidesTheUsername(serverAsksForIt: Bool) throws {
        var realm = try Bench.realmConfiguration()
        if serverAsksForIt { realm.secrets = [] }
        let bench = try Bench(realms: RealmDirectory(default: realm))
        var session = ClientSession(
            credential: TURNCredential(username: "alice", password: "wonder", hidesUsername: !serverAsksForIt)
        )
        let client = bench.connect()
        _ = try allocate(&session, bench, client)
        let (request, event) = try allocate(&session, bench, client)
        guard case .response(_, let response) = event else {
            Issue.record("\(event)")
            return
        }
        #expect(try response.error == nil && types(request).contains(.userhash) && !types(request).contains(.username))
    }

    @Test func isAClientOfRFC5389WhereTheServerIs() throws {
        var session = ClientSession(credential: Self.alice)
        _ = try challenge(&session, 401, Nonce(text: "0123"))
        let types = try nextRequest(&session)
        #expect(types.contains(.messageIntegrity) && types.contains(.username))
        #expect(types.isDisjoint(with: [.messageIntegritySHA256, .passwordAlgorithm, .passwordAlgorithms]))
    }

    @Test func takesTheFirstAlgorithmThatItKnows() throws {
        let unknown = PasswordAlgorithm(number: 9, parameters: [1])
        for algorithm in [PasswordAlgorithm.md5, .sha256] {
            var session = ClientSession(credential: Self.alice)
            let list = PasswordAlgorithms([unknown, algorithm, .md5, .sha256])
            _ = try challenge(&session, 401, Nonce(text: Self.cookie), list)
            let request = session.request(.refresh, [], transactionID: TransactionID(high: 1, low: 1))
            let message = try STUNMessageView(request.rawSpan)
            #expect(try message.value(PasswordAlgorithm.self) == algorithm)
            #expect(try message.value(PasswordAlgorithms.self) == list)
        }
    }

    // MARK: Bid-down

    private func isRefused(_ event: ClientSession.Event, _ error: TURNClientError) -> Bool {
        guard case .invalidResponse(_, error) = event else { return false }
        return true
    }

    @Test func aChallengeWithoutItsAlgorithmsIsRefused() throws {
        for code in [401, 438] {
            var session = ClientSession(credential: Self.alice)
            let event = try challenge(&session, code, Nonce(text: Self.cookie + "0123"))
            #expect(isRefused(event, .bidDown(.allocate)))
            #expect(try nextRequest(&session).isDisjoint(with: [.messageIntegrity, .username]))
        }
    }

    @Test func aLaterChallengeCannotTakeTheAlgorithmsBack() throws {
        var session = ClientSession(credential: Self.alice)
        _ = try challenge(&session, 401, Nonce(text: Self.cookie), PasswordAlgorithms([.sha256]))
        #expect(isRefused(try challenge(&session, 438, Nonce(text: "0123")), .bidDown(.allocate)))
        #expect(try nextRequest(&session).contains(.messageIntegritySHA256))
    }

    @Test func unknownAlgorithmsAloneAreRefused() throws {
        var session = ClientSession(credential: Self.alice)
        let list = PasswordAlgorithms([PasswordAlgorithm(number: 9, parameters: [])])
        let event = try challenge(&session, 401, Nonce(text: Self.cookie), list)
        #expect(isRefused(event, .noSupportedAlgorithm(.allocate)))
    }

    /// An answer with the old MAC does not prove that the server has the new key.
    @Test func answersNeedTheNewMAC() throws {
        var session = ClientSession(credential: Self.alice)
        _ = try challenge(&session, 401, Nonce(text: Self.cookie), PasswordAlgorithms([.md5]))
        let transactionID = TransactionID(high: 1, low: 2)
        _ = session.request(.allocate, [], transactionID: transactionID)
        var writer = STUNMessageWriter(type: MessageType(.allocate, .successResponse), transactionID: transactionID)
        let keys = IntegrityKeys(try #require(try aliceCredential()), realm: Bench.realm)
        keys.seal(&writer, with: .legacy)
        #expect(isRefused(try session.receive(writer.bytes.rawSpan), .wrongIntegrity(.allocate)))
    }

    private func aliceCredential() throws -> VerifiableCredential? {
        let realm = try Bench.realmConfiguration()
        return CredentialVerifier(users: realm.users, secrets: []).candidates(for: "alice", now: 0).first
    }
}
