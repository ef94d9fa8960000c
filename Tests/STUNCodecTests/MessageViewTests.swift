// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import STUNCodec

struct MessageViewTests {
    static let transactionID = TransactionID(high: 0xA1A2_A3A4, low: 0xB1B2_B3B4_B5B6_B7B8)

    private func message(_ fill: (inout STUNMessageWriter) -> Void) -> [UInt8] {
        var writer = STUNMessageWriter(type: MessageType(.allocate, .request), transactionID: Self.transactionID)
        fill(&writer)
        return writer.bytes
    }

    private func error(reading bytes: [UInt8]) -> STUNDecodeError? {
        do throws(STUNDecodeError) {
            _ = try STUNMessageView(bytes.rawSpan)
            return nil
        } catch {
            return error
        }
    }

    @Test func headerErrors() {
        let good = message { $0.append(Lifetime(seconds: 600)) }
        #expect(error(reading: good) == nil)
        #expect(error(reading: []) == STUNDecodeError(.truncated, at: 0))
        #expect(error(reading: Array(good.prefix(19))) == STUNDecodeError(.truncated, at: 19))
        #expect(error(reading: changed(good, at: 0, to: 0x40)) == STUNDecodeError(.notSTUN, at: 0))
        #expect(error(reading: changed(good, at: 4, to: 0)) == STUNDecodeError(.noMagicCookie, at: 4))
        #expect(error(reading: changed(good, at: 3, to: 7)) == STUNDecodeError(.badLength, at: 2))
        #expect(error(reading: good + [0, 0, 0, 0]) == STUNDecodeError(.badLength, at: 2))
    }

    /// The length of an attribute at 0, at the end of the message, one beyond, and at 65535.
    @Test func attributeLengths() {
        let good = message { $0.append(.data, bytes: Array(repeating: 1, count: 8)) }
        for (length, isSound) in [(0, false), (4, false), (5, true), (8, true), (9, false), (65535, false)] {
            var bytes = good
            bytes[22] = UInt8(length >> 8)
            bytes[23] = UInt8(length & 0xFF)
            // With a length of 0 or 4, the rest reads as further attributes, which have lengths of their own.
            let result = error(reading: bytes)
            #expect((result == nil) == isSound, "length \(length)")
            #expect(result == nil || result?.code == .truncated)
        }
    }

    @Test func attributesAfterIntegrityAreIgnored() throws {
        let bytes = message {
            $0.append(Username(text: "alice"))
            $0.appendMessageIntegrity { _ in Array(repeating: 1, count: 20) }
            $0.append(Lifetime(seconds: 1))
            $0.append(AccessToken(nonce: [], encryptedBlock: []))
            $0.appendMessageIntegritySHA256 { _ in Array(repeating: 2, count: 32) }
            $0.append(Realm(text: "late"))
            $0.appendFingerprint()
            $0.append(Nonce(text: "later"))
        }
        let view = try STUNMessageView(bytes.rawSpan)
        var types: [AttributeType] = []
        var attributes = view.attributes
        while let attribute = attributes.next() {
            types.append(attribute.type)
        }
        #expect(types == [.username, .messageIntegrity, .messageIntegritySHA256, .fingerprint])
        #expect(try view.value(Lifetime.self) == nil)
        let unknown = view.unknownComprehensionRequired { _ in false }
        #expect(!unknown.contains(.accessToken))
        #expect(view.hasValidFingerprint == false)
    }

    @Test func unknownAttributesAreReportedOnce() throws {
        let bytes = message {
            $0.append(AttributeType(rawValue: 0x7F01), bytes: [])
            $0.append(AttributeType(rawValue: 0x8F01), bytes: [])
            $0.append(AttributeType(rawValue: 0x7F01), bytes: [1])
            $0.append(Lifetime(seconds: 1))
        }
        let unknown = try STUNMessageView(bytes.rawSpan).unknownComprehensionRequired { $0 == .lifetime }
        #expect(unknown == [AttributeType(rawValue: 0x7F01)])
    }

    /// A message full of different unknown types costs a bounded answer.
    @Test func unknownAttributesAreBounded() throws {
        let bytes = message { writer in
            for type in 0..<UInt16(16000) where !writer.isTooLong {
                writer.append(AttributeType(rawValue: 0x1000 + type), bytes: [])
            }
        }
        #expect(try STUNMessageView(bytes.rawSpan).unknownComprehensionRequired { _ in false }.count == 32)
    }

    @Test func firstOfSeveralCounts() throws {
        let bytes = message {
            $0.append(Lifetime(seconds: 1))
            $0.append(Lifetime(seconds: 2))
        }
        let view = try STUNMessageView(bytes.rawSpan)
        #expect(try view.value(Lifetime.self)?.seconds == 1)
        #expect(try view.values(Lifetime.self).map(\.seconds) == [1, 2])
    }

    @Test func integrityLengths() throws {
        for length in 0...40 {
            let sha1 = message { $0.append(.messageIntegrity, bytes: Array(repeating: 0, count: length)) }
            let sha256 = message { $0.append(.messageIntegritySHA256, bytes: Array(repeating: 0, count: length)) }
            let view1 = try STUNMessageView(sha1.rawSpan)
            let view256 = try STUNMessageView(sha256.rawSpan)
            #expect((view1.integrityCoverage(.messageIntegrity) != nil) == (length == 20))
            let isAllowed = [16, 20, 24, 28, 32].contains(length)
            #expect((view256.integrityCoverage(.messageIntegritySHA256) != nil) == isAllowed)
        }
    }

    /// The covered length field ends at the MAC, whatever follows.
    @Test func coverage() throws {
        var covered: [UInt8] = []
        let bytes = message {
            $0.append(Username(text: "alice"))
            $0.appendMessageIntegrity { span in
                covered = span.array
                return Array(repeating: 1, count: 20)
            }
            $0.appendFingerprint()
        }
        let view = try STUNMessageView(bytes.rawSpan)
        guard let coverage = view.integrityCoverage(.messageIntegrity) else {
            Issue.record("no coverage")
            return
        }
        #expect(coverage.header + view.bytes(in: coverage.body).array == covered)
        #expect(view.bytes(in: coverage.mac).array == Array(repeating: 1, count: 20))
    }

    @Test func writerRefusesWhatDoesNotFit() throws {
        var writer = STUNMessageWriter(type: MessageType(.data, .indication), transactionID: Self.transactionID)
        writer.append(.data, bytes: Array(repeating: 1, count: 65535))
        #expect(writer.isTooLong && writer.bytes.count == 20)
        writer = STUNMessageWriter(type: MessageType(.data, .indication), transactionID: Self.transactionID)
        writer.append(.data, bytes: Array(repeating: 1, count: 65528))
        #expect(!writer.isTooLong)
        _ = try STUNMessageView(writer.bytes.rawSpan)
        writer.appendFingerprint()
        #expect(writer.isTooLong)
        _ = try STUNMessageView(writer.bytes.rawSpan)
    }

    /// Padding leaks no memory (CVE-2020-4067).
    @Test func paddingIsZero() {
        for length in 0..<9 {
            let bytes = message { $0.append(.data, bytes: Array(repeating: 0xFF, count: length)) }
            #expect(bytes.dropFirst(24 + length).allSatisfy { $0 == 0 } && bytes.count % 4 == 0)
        }
    }

    @Test func rangesOutsideAreEmpty() throws {
        let bytes = message { _ in }
        let view = try STUNMessageView(bytes.rawSpan)
        let beyond = view.bytes(in: 10..<21)
        #expect(beyond.byteCount == 0)
    }

    /// Random bytes behind a plausible header: defined for all, and every walk ends.
    @Test func randomMessages() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<5_000 {
            var bytes = message { _ in }
            let length = Int.random(in: 0...30, using: &generator) * 4
            bytes += (0..<length).map { _ in UInt8.random(in: 0...(Bool.random() ? 2 : 255), using: &generator) }
            bytes[3] = UInt8(length)
            guard let view = try? STUNMessageView(bytes.rawSpan) else { continue }
            var attributes = view.attributes
            var count = 0
            while let attribute = attributes.next() {
                #expect(attribute.end <= bytes.count)
                count += 1
            }
            #expect(count <= length / 4)
            _ = try? view.value(XORPeerAddress.self)
            _ = view.integrityCoverage(.messageIntegritySHA256)
            _ = view.hasValidFingerprint
        }
    }

    private func changed(_ bytes: [UInt8], at index: Int, to value: UInt8) -> [UInt8] {
        var bytes = bytes
        bytes[index] = value
        return bytes
    }
}
