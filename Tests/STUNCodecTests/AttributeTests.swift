// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import STUNCodec

/// Every attribute, written into a message and read back, and refused at lengths that it cannot have.
struct AttributeTests {
    static let transactionID = TransactionID(high: 1, low: 2)
    static let ipv4 = TransportAddress(IPAddress(ipv4: 0xC000_0201), port: 443)
    static let ipv6 = TransportAddress(IPAddress(ipv6High: 0x2001_0DB8_0000_0000, low: 1), port: 65535)

    static let values: [any STUNAttributeValue] = [
        MappedAddress(address: ipv4), MappedAddress(address: ipv6), AlternateServer(address: ipv4),
        ResponseOrigin(address: ipv6), OtherAddress(address: ipv4), XORMappedAddress(address: ipv6),
        XORPeerAddress(address: ipv4), XORRelayedAddress(address: ipv4), XORRelayedAddress(address: ipv6),
        Username(text: "1700000000:alice#room=a%20b"), Username(text: ""), Realm(text: "example.org"),
        Nonce(text: "0123"), Software(text: "swiftturn"), AlternateDomain(text: "turn.example.org"),
        ThirdPartyAuthorization(text: "auth"), Origin(text: "https://example.com"), ErrorCode(code: 300, reason: ""),
        ErrorCode(code: 699, reason: "Größe"), AddressErrorCode(family: .ipv6, code: 440, reason: "no"),
        UnknownAttributes([.accessToken, AttributeType(rawValue: 0x7FFF)]), UnknownAttributes([]),
        Lifetime(seconds: .max), ReservationToken(value: .max), ConnectionID(value: 7), Priority(value: 1),
        IceControlled(tieBreaker: 3), IceControlling(tieBreaker: .max), ChannelNumber(rawValue: 0x4000),
        RequestedTransport.udp, RequestedTransport.tcp, RequestedAddressFamily(family: .ipv6),
        AdditionalAddressFamily(family: .ipv6), RequestedAddressFamily(code: 9), EvenPort(reserveNext: true),
        EvenPort(reserveNext: false), DontFragment(), UseCandidate(), DataAttribute(bytes: [1, 2, 3]),
        DataAttribute(bytes: []), MobilityTicket(bytes: [9]), Padding(bytes: Array(repeating: 7, count: 1500)),
        ICMPAttribute(type: 3, code: 4, errorData: 1280), ChangeRequest(changeAddress: true, changePort: false),
        ChangeRequest(changeAddress: false, changePort: true), ResponsePort(port: 1),
        Userhash(hash: Array(0..<32)), PasswordAlgorithm.sha256,
        PasswordAlgorithm(number: 9, parameters: [1, 2, 3, 4, 5]),
        PasswordAlgorithms([.sha256, .md5]),
        PasswordAlgorithms([PasswordAlgorithm(number: 9, parameters: [1]), .md5]),
        AccessToken(nonce: Array(0..<12), encryptedBlock: Array(0..<40)), AccessToken(nonce: [], encryptedBlock: []),
    ]

    @Test(arguments: values.indices)
    func roundTrip(index: Int) throws {
        try expectRoundTrip(Self.values[index])
    }

    private func expectRoundTrip<Value: STUNAttributeValue>(_ value: Value) throws {
        var writer = STUNMessageWriter(type: MessageType(.allocate, .request), transactionID: Self.transactionID)
        writer.append(Software(text: "odd"))
        writer.append(value)
        writer.append(.padding, bytes: [0xFF])
        #expect(writer.bytes.count % 4 == 0 && !writer.isTooLong)
        let message = try STUNMessageView(writer.bytes.rawSpan)
        let values = try message.values(Value.self)
        #expect(values.contains(value))
    }

    /// Attributes whose value may be any bytes.
    private static let opaque: Set<AttributeType> = [.data, .mobilityTicket, .padding]

    /// Cut at any byte, filled with any byte, or with bytes added: a value or an error, never a trap, and a value that
    /// is accepted is written as long as it was read, or shorter.
    @Test(arguments: values.indices)
    func everyLength(index: Int) {
        let value = Self.values[index]
        var encoded: [UInt8] = []
        value.encode(into: &encoded, transactionID: Self.transactionID)
        for length in 0...min(encoded.count + 9, 100) {
            for filler: UInt8 in [0x00, 0x01, 0x7F, 0xFF] {
                let filling = Array(repeating: filler, count: length)
                expectDefined(value, Array((encoded + filling).prefix(length)))
                expectDefined(value, filling)
            }
        }
    }

    private func expectDefined<Value: STUNAttributeValue>(_: Value, _ bytes: [UInt8]) {
        guard let value = try? Value(decoding: bytes.rawSpan, transactionID: Self.transactionID) else { return }
        var encoded: [UInt8] = []
        value.encode(into: &encoded, transactionID: Self.transactionID)
        #expect(encoded.count <= bytes.count || Value.attributeType == .passwordAlgorithms)
    }

    @Test func wrongLengthsAreRefused() {
        #expect(throws: STUNDecodeError.self) { try decode(Lifetime.self, [0, 0, 1]) }
        #expect(throws: STUNDecodeError.self) { try decode(Lifetime.self, [0, 0, 0, 1, 0]) }
        #expect(throws: STUNDecodeError.self) { try decode(DontFragment.self, [0]) }
        #expect(throws: STUNDecodeError(.badAddressFamily, at: 1)) {
            try decode(XORPeerAddress.self, [0, 3, 0, 0, 1, 2, 3, 4])
        }
        // A family of four bytes with sixteen, and the other way round.
        for (family, length) in [(UInt8(1), 18), (2, 6)] {
            let value = [0, family] + Array(repeating: 0, count: length)
            #expect(throws: STUNDecodeError(.badValueLength, at: 0)) { try decode(XORPeerAddress.self, value) }
        }
        #expect(throws: STUNDecodeError(.badText, at: 0)) { try decode(Username.self, [0xC3, 0x28]) }
        #expect(throws: STUNDecodeError(.badValue, at: 2)) { try decode(ErrorCode.self, [0, 0, 7, 0]) }
        #expect(throws: STUNDecodeError(.badValue, at: 2)) { try decode(ErrorCode.self, [0, 0, 4, 100]) }
        #expect(throws: STUNDecodeError.self) { try decode(Userhash.self, Array(repeating: 0, count: 31)) }
    }

    /// The length that overflowed a stack in another server (CVE-2026-43994): beyond the value, at it, and at 65535.
    @Test func accessTokenNonceLength() throws {
        #expect(throws: STUNDecodeError(.truncated, at: 0)) { try decode(AccessToken.self, [0xFF, 0xFF, 1, 2, 3]) }
        #expect(throws: STUNDecodeError(.truncated, at: 0)) { try decode(AccessToken.self, [0, 4, 1, 2, 3]) }
        #expect(try decode(AccessToken.self, [0, 3, 1, 2, 3]) == AccessToken(nonce: [1, 2, 3], encryptedBlock: []))
        #expect(throws: STUNDecodeError.self) { try decode(AccessToken.self, [0]) }
    }

    @Test func textLimits() {
        #expect(throws: STUNDecodeError(.badValueLength, at: 508)) {
            try decode(Username.self, Array(repeating: 0x61, count: 509))
        }
        #expect(throws: Never.self) { try decode(Username.self, Array(repeating: 0x61, count: 508)) }
        // Cut before a character that does not fit, not inside it.
        let accents = String(repeating: "é", count: 300)
        #expect(encodedLength(of: Username(text: accents + "x")) == 508)
        #expect(encodedLength(of: Username(text: "x" + accents)) == 507)
    }

    private func encodedLength(of value: some STUNAttributeValue) -> Int {
        var encoded: [UInt8] = []
        value.encode(into: &encoded, transactionID: Self.transactionID)
        return encoded.count
    }

    private func decode<Value: STUNAttributeValue>(_ type: Value.Type, _ bytes: [UInt8]) throws -> Value {
        try Value(decoding: bytes.rawSpan, transactionID: Self.transactionID)
    }
}
