// SPDX-License-Identifier: Apache-2.0

import OpenSSLCrypto
import STUNCodec
import Testing

/// The test vectors of RFC 5769, with the MACs that the RFC says they have.
struct RFC5769Tests {
    static let shortTermKey = Array("VOkJxbRl1RmTxUk/WvJxBt".utf8)
    static let transactionID = TransactionID(high: 0xB7E7_A701, low: 0xBC34_D686_FA87_DFAE)

    /// Section 2.1. The user name is padded with spaces: padding is ignored whatever it is.
    static let request = bytes(
        hex: """
            00010058 2112a442 b7e7a701bc34d686fa87dfae
            80220010 5354554e207465737420636c69656e74
            00240004 6e0001ff
            80290008 932ff9b151263b36
            00060009 6576746a3a68367659202020
            00080014 9aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2
            80280004 e57a3bcf
            """
    )

    /// Section 2.2.
    static let ipv4Response = bytes(
        hex: """
            0101003c 2112a442 b7e7a701bc34d686fa87dfae
            8022000b 7465737420766563746f7220
            00200008 0001a147e112a643
            00080014 2b91f599fd9e90c38c7489f92af9ba53f06be7d7
            80280004 c07d4c96
            """
    )

    /// Section 2.3.
    static let ipv6Response = bytes(
        hex: """
            01010048 2112a442 b7e7a701bc34d686fa87dfae
            8022000b 7465737420766563746f7220
            00200014 0002a147 0113a9faa5d3f179bc25f4b5bed2b9d9
            00080014 a382954e4be67bf11784c97c8292c275bfe3ed41
            80280004 c8fb0b4c
            """
    )

    /// Section 2.4.
    static let longTermRequest = bytes(
        hex: """
            00010060 2112a442 78ad3433c6ad72c029da412e
            00060012 e3839ee38388e383aae38383e382afe382b90000
            0015001c 662f2f3439396b3935346436 4f4c33346f4c394653547679 36347341
            0014000b 6578616d706c652e6f726700
            00080014 f67024656dd64a3e02b8e0712e85c9a28ca89666
            """
    )

    @Test func request() throws {
        let message = try STUNMessageView(Self.request.rawSpan)
        let type = message.type
        #expect(type.method == .binding && type.messageClass == .request)
        #expect(message.transactionID == Self.transactionID)
        #expect(try message.value(Software.self)?.text == "STUN test client")
        #expect(try message.value(Priority.self)?.value == 0x6E00_01FF)
        #expect(try message.value(IceControlled.self)?.tieBreaker == 0x932F_F9B1_5126_3B36)
        #expect(try message.value(Username.self)?.text == "evtj:h6vY")
        #expect(message.hasValidFingerprint == true)
        try expectIntegrity(of: Self.request, key: Self.shortTermKey)
    }

    @Test func ipv4Response() throws {
        let message = try STUNMessageView(Self.ipv4Response.rawSpan)
        let type = message.type
        #expect(type.method == .binding && type.messageClass == .successResponse)
        #expect(try message.value(XORMappedAddress.self)?.address.description == "192.0.2.1:32853")
        #expect(message.hasValidFingerprint == true)
        try expectIntegrity(of: Self.ipv4Response, key: Self.shortTermKey)
    }

    @Test func ipv6Response() throws {
        let message = try STUNMessageView(Self.ipv6Response.rawSpan)
        let address = try message.value(XORMappedAddress.self)?.address
        #expect(address?.description == "[2001:db8:1234:5678:11:2233:4455:6677]:32853")
        #expect(message.hasValidFingerprint == true)
        try expectIntegrity(of: Self.ipv6Response, key: Self.shortTermKey)
    }

    @Test func longTermRequest() throws {
        let username = "\u{30DE}\u{30C8}\u{30EA}\u{30C3}\u{30AF}\u{30B9}"
        let message = try STUNMessageView(Self.longTermRequest.rawSpan)
        #expect(try message.value(Username.self)?.text == username)
        #expect(try message.value(Nonce.self)?.text == "f//499k954d6OL34oL9FSTvy64sA")
        #expect(try message.value(Realm.self)?.text == "example.org")
        let key = try digest(.md5, Array("\(username):example.org:TheMatrIX".utf8))
        try expectIntegrity(of: Self.longTermRequest, key: key)
    }

    /// Written with our writer, the responses are the RFC's, bit for bit, but for the padding: the RFC pads with
    /// spaces, and what is written here pads with zeros.
    @Test(arguments: ["192.0.2.1", "2001:db8:1234:5678:11:2233:4455:6677"])
    func written(address: String) throws {
        let key = try HMACKey(.sha1, key: Self.shortTermKey)
        var writer = STUNMessageWriter(type: MessageType(.binding, .successResponse), transactionID: Self.transactionID)
        writer.append(Software(text: "test vector"))
        writer.append(XORMappedAddress(address: TransportAddress(try #require(IPAddress(address)), port: 32853)))
        writer.appendMessageIntegrity { key.authenticationCode(of: $0) }
        writer.appendFingerprint()
        let vector = address.contains(":") ? Self.ipv6Response : Self.ipv4Response
        let integrityOffset = vector.count - 8 - 24
        #expect(writer.bytes[35] == 0 && vector[35] == 0x20)
        #expect(writer.bytes[36..<integrityOffset] == vector[36..<integrityOffset])
        try expectIntegrity(of: writer.bytes, key: Self.shortTermKey)
        let message = try STUNMessageView(writer.bytes.rawSpan)
        #expect(message.hasValidFingerprint == true)
    }

    @Test func everyChangedBitIsNoticed() throws {
        for bit in 0..<(Self.request.count - 8 - 24) * 8 {
            var changed = Self.request
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            guard let message = try? STUNMessageView(changed.rawSpan) else { continue }
            #expect(message.hasValidFingerprint != true, "bit \(bit)")
        }
    }

    private func expectIntegrity(of bytes: [UInt8], key: [UInt8]) throws {
        let message = try STUNMessageView(bytes.rawSpan)
        guard let coverage = message.integrityCoverage(.messageIntegrity) else {
            Issue.record("no MESSAGE-INTEGRITY")
            return
        }
        let covered = coverage.header + message.bytes(in: coverage.body).array
        let mac = try HMACKey(.sha1, key: key).authenticationCode(of: covered)
        #expect(mac == message.bytes(in: coverage.mac).array)
    }
}
