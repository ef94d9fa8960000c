// SPDX-License-Identifier: Apache-2.0

import STUNCodec
import TestSupport
import Testing

@testable import TURNRelay

/// Messages as long as a length field of 16 bits can say: nothing wraps, and what cannot be is refused.
struct LongMessageTests {
    /// The longest body: a multiple of four.
    static let longestBody = 65_532
    static let header = 20

    /// A Send indication of the longest body: peer, and what is left for data.
    private func indication(to peer: TransportAddress, dataLength: Int) -> [UInt8] {
        var writer = STUNMessageWriter(
            type: MessageType(.send, .indication),
            transactionID: TransactionID(high: 1, low: 2)
        )
        writer.append(XORPeerAddress(address: peer))
        writer.append(.data, bytes: (0..<dataLength).map { UInt8(truncatingIfNeeded: $0) })
        return writer.bytes
    }

    /// What the header and the address of the peer leave for data.
    private static let longestData = longestBody - 12 - 4

    @Test(arguments: [longestBody, longestBody - 4, longestBody - 8])
    func `coturn 1844 and 1964: a whole message of nearly 65535 bytes is read as it is`(length: Int) throws {
        let peer = TransportAddress(Bench.virtualAddress, port: 2000)
        let bytes = indication(to: peer, dataLength: length - 12 - 4)
        #expect(bytes.count == Self.header + length)
        #expect(StreamFraming.nextFrame(in: bytes.rawSpan, maximumLength: 70_000) == .stun(length: bytes.count))
        let short = Array(bytes.dropLast())
        #expect(
            StreamFraming.nextFrame(in: short.rawSpan, maximumLength: 70_000) == .needMore(atLeast: bytes.count)
        )
        #expect(throws: STUNDecodeError.self) { _ = try STUNMessageView(short.rawSpan) }
        let message = try STUNMessageView(bytes.rawSpan)
        #expect(message.firstAttribute(.data)?.range == Self.header + 16..<bytes.count)
        #expect(try message.value(XORPeerAddress.self)?.address == peer)
    }

    /// One byte more in the last attribute than the message has, and every other length that would lead past its end.
    @Test func `coturn 1844 and 1964: an attribute longer than the longest message is refused`() throws {
        var bytes = indication(
            to: TransportAddress(Bench.virtualAddress, port: 2000),
            dataLength: Self.longestData
        )
        for length in [Self.longestData + 1, Self.longestData + 4, 65_532, 65_533, 65_535] {
            bytes[Self.header + 14] = UInt8(length >> 8)
            bytes[Self.header + 15] = UInt8(length & 0xFF)
            #expect(throws: STUNDecodeError.self) { _ = try STUNMessageView(bytes.rawSpan) }
        }
    }

    @Test(arguments: [65_533, 65_534, 65_535]) func `coturn 1844 and 1964: odd lengths are refused`(length: Int) {
        var bytes = indication(
            to: TransportAddress(Bench.virtualAddress, port: 2000),
            dataLength: Self.longestData
        )
        bytes[2] = UInt8(length >> 8)
        bytes[3] = UInt8(length & 0xFF)
        let whole = bytes + [0, 0, 0]
        #expect(
            StreamFraming.nextFrame(in: whole.rawSpan, maximumLength: 70_000)
                == .invalid(STUNDecodeError(.badLength, at: 2))
        )
        #expect(throws: STUNDecodeError.self) { _ = try STUNMessageView(whole.rawSpan) }
    }

    @Test func `coturn 1844 and 1964: the writer leaves out what would not fit`() throws {
        var writer = STUNMessageWriter(
            type: MessageType(.data, .indication),
            transactionID: TransactionID(high: 1, low: 2)
        )
        writer.append(.data, bytes: Array(repeating: 1, count: Self.longestBody - 4))
        let bytes = writer.bytes
        writer.append(Software(text: ""))
        writer.appendMessageIntegrity { _ in Array(repeating: 0, count: 20) }
        writer.appendFingerprint()
        #expect(writer.isTooLong && writer.bytes == bytes)
        _ = try STUNMessageView(bytes.rawSpan)
    }

    // MARK: The relay

    @Test func `coturn 1844 and 1964: the longest Send indication arrives whole`() throws {
        let bench = try Bench()
        let (alice, bob) = (try bench.allocate(), try bench.allocate(.bob))
        for (from, to) in [(alice, bob), (bob, alice)] {
            _ = try bench.ask(.createPermission, from, XORPeerAddress(address: to.relayed))
        }
        let bytes = indication(to: try bob.relayed, dataLength: Self.longestData)
        #expect(bench.relay.messageLimit(of: alice.id) == bytes.count + 3)
        guard case .forward(let range, .allocation(let passage), _) = bench.send(bytes, from: alice) else {
            Issue.record("not forwarded")
            return
        }
        #expect(range.count == Self.longestData)
        #expect(bench.relay.deliver(passage, at: bench.now.uptime) == .dataIndication(client: bob.id))
        let carrier = DataIndication(from: passage.source, TransactionID(high: 3, low: 4))
        let carried = carrier.message(carrying: bytes.rawSpan.extracting(range))
        let delivered = try #require(carried)
        #expect(delivered.count == bytes.count)
        let message = try STUNMessageView(delivered.rawSpan)
        #expect(message.firstAttribute(.data).map { Array(delivered[$0.range]) == Array(bytes[range]) } == true)
        // ChannelData carries up to 65535 bytes; what an indication has no room for is dropped, not cut.
        let longer = Array(repeating: UInt8(1), count: Self.longestData + 1)
        let refused = carrier.message(carrying: longer.rawSpan) == nil
        #expect(refused)
    }

    /// The MAC covers a length field that counts up to the MAC: the arithmetic with the largest numbers.
    @Test func `coturn 1844 and 1964: the longest request is authenticated`() throws {
        let bench = try Bench()
        let client = bench.connect()
        func request(_ length: Int) throws -> [UInt8] {
            let filler = UnknownAttribute<Optional>(length: length)
            return try client.request(.allocate, bench.transactionID(), [RequestedTransport.udp, filler])
        }
        let rest = try request(0).count - Self.header
        let longest = try request(Self.longestBody - rest)
        #expect(longest.count == Self.header + Self.longestBody)
        #expect(try Answer(bench.send(longest, from: client)).isSuccess)
        var spoiled = longest
        spoiled[40_000] ^= 1
        #expect(try Answer(bench.send(spoiled, from: client)).error == 401)
    }

    @Test func `coturn 1844 and 1964: the longest lists of peers and of unknown attributes are answered`() throws {
        let bench = try Bench()
        let client = try bench.allocate()
        let peers = Array(repeating: XORPeerAddress(address: try client.relayed), count: 5_400)
        let many = try client.request(.createPermission, bench.transactionID(), peers)
        #expect(many.count > 64_000)
        #expect(try Answer(bench.send(many, from: client)).isSuccess)

        let unknown = Array(repeating: UnknownAttribute<Required>(length: 0), count: 16_000)
        let request = try client.request(.refresh, bench.transactionID(), unknown)
        let answer = try Answer(bench.send(request, from: client))
        #expect(answer.error == 420 && answer.bytes.count < request.count)
        #expect(try answer.isAuthenticated(by: .messageIntegrity, key: client.credential.key))
    }

    private enum Required: Comprehension { static let type: UInt16 = 0x7F01 }

    private enum Optional: Comprehension { static let type: UInt16 = 0xFF01 }

    /// An attribute that no server knows, and must know, or may ignore.
    private struct UnknownAttribute<Kind: Comprehension>: STUNAttributeValue {
        static var attributeType: AttributeType { AttributeType(rawValue: Kind.type) }
        let length: Int

        init(length: Int) {
            self.length = length
        }

        init(decoding value: RawSpan, transactionID: TransactionID) throws(STUNDecodeError) {
            length = value.byteCount
        }

        func encode(into bytes: inout [UInt8], transactionID: TransactionID) {
            bytes += Array(repeating: 0, count: length)
        }
    }

    @Test func `coturn 1844 and 1964: who has not authenticated sends no long message`() throws {
        let bench = try Bench()
        let limit = bench.relay.messageLimit(of: bench.connect().id)
        #expect(limit == RelayConfiguration().unauthenticatedMessageLimit)
        let begin: [UInt8] = [0, 3, 0xFF, 0xFC, 0x21, 0x12, 0xA4, 0x42]
        #expect(
            StreamFraming.nextFrame(in: begin.rawSpan, maximumLength: limit)
                == .invalid(STUNDecodeError(.tooLong, at: 2))
        )
    }
}

private protocol Comprehension: Sendable {
    static var type: UInt16 { get }
}
