// SPDX-License-Identifier: Apache-2.0

import STUNCodec
import Testing

@testable import Server

/// What is said of a frame.
struct FrameDescriptionTests {
    private func describe(_ bytes: [UInt8], _ integrity: IntegrityCheck? = nil) -> FrameDescription {
        FrameDescription(SeenFrame(origin: "test", bytes: bytes), integrity: integrity)
    }

    private func values(_ type: MessageType, _ values: any STUNAttributeValue...) -> [String] {
        var writer = STUNMessageWriter(type: type, transactionID: TransactionID(high: 1, low: 2))
        for value in values { writer.append(value) }
        return describe(writer.bytes).attributes?.map { "\($0.name) \($0.value)" } ?? []
    }

    @Test func valuesAreReadable() throws {
        let peer = TransportAddress(try #require(IPAddress("2001:db8::1")), port: 9)
        let described = values(
            MessageType(.allocate, .errorResponse),
            XORPeerAddress(address: peer),
            ErrorCode(code: 438, reason: "Stale\u{1B}[2J Nonce"),
            Lifetime(seconds: 600),
            ChannelNumber(rawValue: 0x4ABC),
            RequestedTransport.udp,
            RequestedAddressFamily(family: .ipv6),
            DataAttribute(bytes: [22, 254, 253]),
            DataAttribute(bytes: [0x80, 0xE0]),
            DataAttribute(bytes: [0x80, 200]),
            PasswordAlgorithms([.sha256, .md5]),
            UnknownAttributes([.evenPort, AttributeType(rawValue: 0x7777)]),
            ChangeRequest(changeAddress: true, changePort: true),
            EvenPort(reserveNext: true)
        )
        #expect(
            described == [
                "XOR-PEER-ADDRESS [2001:db8::1]:9", "ERROR-CODE 438 Stale\u{FFFD}[2J Nonce", "LIFETIME 600 s",
                "CHANNEL-NUMBER 0x4ABC", "REQUESTED-TRANSPORT UDP", "REQUESTED-ADDRESS-FAMILY IPv6",
                "DATA 3 bytes, DTLS handshake", "DATA 2 bytes, RTP payload type 96", "DATA 2 bytes, RTCP type 200",
                "PASSWORD-ALGORITHMS SHA-256, MD5", "UNKNOWN-ATTRIBUTES EVEN-PORT, 0x7777",
                "CHANGE-REQUEST address and port", "EVEN-PORT and reserve the next",
            ]
        )
    }

    @Test func wrongValuesAreShownAsTheyAre() {
        var writer = STUNMessageWriter(type: MessageType(.refresh, .request), transactionID: .init(high: 1, low: 2))
        writer.append(.lifetime, bytes: [1, 2])
        writer.append(AttributeType(rawValue: 0x7777), bytes: [0xAB])
        let attributes = describe(writer.bytes).attributes
        #expect(attributes?.map(\.name) == ["LIFETIME", "0x7777"])
        #expect(attributes?.map(\.value) == ["malformed (badValueLength at byte 0): 0102", "ab"])
    }

    @Test func integrityIsCheckedWithAPassword() throws {
        let bytes = try #require(HexText.blocks(TestVector.all[3].message)?.first)
        let user = "\u{30DE}\u{30C8}\u{30EA}\u{30C3}\u{30AF}\u{30B9}"
        let right = try IntegrityCheck(username: user, realm: "example.org", password: "TheMatrIX")
        let wrong = try IntegrityCheck(username: user, realm: "example.org", password: "thematrix")
        #expect(describe(bytes, right).attributes?.last?.check == "ok")
        #expect(describe(bytes, wrong).attributes?.last?.check == "bad")
        #expect(describe(bytes).attributes?.last?.check == "not checked")
    }

    @Test func whatStandsBehindAMACIsMarked() {
        var writer = STUNMessageWriter(type: MessageType(.refresh, .request), transactionID: .init(high: 1, low: 2))
        writer.appendMessageIntegrity { _ in [UInt8](repeating: 0, count: 20) }
        writer.append(Lifetime(seconds: 0))
        writer.appendFingerprint()
        #expect(describe(writer.bytes).attributes?.map(\.check) == ["not checked", "ignored", "ok"])
        var changed = writer.bytes
        changed[changed.count - 1] ^= 1
        #expect(describe(changed).attributes?.last?.check == "bad")
    }

    @Test func channelDataIsOneLine() {
        let frame = describe([0x40, 1, 0, 3, 0x80, 0x60, 7])
        #expect(frame.kind == "channelData" && frame.channel == "0x4001" && frame.length == 3)
        let text = DecodeText(style: TerminalText(isColored: false)).block(frame)
        #expect(text == "ChannelData 0x4001  3 bytes  RTP payload type 96  test")
    }

    @Test func theVectorsOfTheRFCsPass() throws {
        for vector in TestVector.all {
            #expect(try VectorCheck(vector).problems == [])
        }
    }

    @Test func aChangedVectorFails() throws {
        let vector = TestVector.all[1]
        let changed = TestVector(
            name: vector.name,
            message: vector.message.replacing("e112a643", with: "e112a644"),
            username: vector.username,
            realm: vector.realm,
            password: vector.password,
            integrity: vector.integrity,
            hasFingerprint: true,
            values: vector.values
        )
        let problems = try VectorCheck(changed).problems
        #expect(problems.count == 3 && problems.last == "XOR-MAPPED-ADDRESS reads 192.0.2.6:32853")
    }
}
