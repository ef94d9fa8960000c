// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec
import Testing

@testable import TURNClient

struct PayloadFramerTests {
    private var random = SystemRandomNumberGenerator()

    @Test(arguments: ["192.0.2.7", "2001:db8::7"], 0...9)
    mutating func indicationsAreWholeMessages(peer: String, length: Int) throws {
        let peer = TransportAddress(try #require(IPAddress(peer)), port: 4711)
        var framer = PayloadFramer(.indication(peer: peer), isDatagram: true, random: &random)
        var transactions: Set<TransactionID> = []
        for _ in 0..<3 {
            let payload = Array(repeating: UInt8(length), count: length)
            var buffer = ByteBuffer()
            framer.write(length, into: &buffer) { $0.writeBytes(payload) }
            #expect(buffer.readableBytes <= length + PayloadFramer.maximumOverhead)
            let bytes = Array(buffer.readableBytesView)
            let message = try STUNMessageView(bytes.rawSpan)
            let type = message.type
            #expect(type == MessageType(.send, .indication))
            #expect(try message.value(XORPeerAddress.self)?.address == peer)
            #expect(try message.value(DataAttribute.self)?.bytes == payload)
            transactions.insert(message.transactionID)
        }
        #expect(transactions.count == 3)
    }

    @Test(arguments: [(true, 7), (false, 8)])
    mutating func channelDataIsPaddedOnStreamsAlone(isDatagram: Bool, length: Int) {
        let channel = ChannelNumber(rawValue: 0x4001)
        var framer = PayloadFramer(.channel(channel), isDatagram: isDatagram, random: &random)
        var buffer = ByteBuffer()
        framer.write(3, into: &buffer) { $0.writeBytes([1, 2, 3]) }
        #expect(Array(buffer.readableBytesView) == Array([0x40, 1, 0, 3, 1, 2, 3, 0].prefix(length)))
    }
}
