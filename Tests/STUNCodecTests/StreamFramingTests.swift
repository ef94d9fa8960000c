// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import STUNCodec

struct StreamFramingTests {
    private static let limit = 2048

    private func frame(_ bytes: [UInt8], limit: Int = limit) -> StreamFrame {
        StreamFraming.nextFrame(in: bytes.rawSpan, maximumLength: limit)
    }

    private func channelData(_ channel: UInt16, _ payload: [UInt8]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.append(bigEndian: channel)
        bytes.append(bigEndian: UInt16(payload.count))
        return bytes + payload + Array(repeating: 0, count: (4 - payload.count & 3) & 3)
    }

    private func message(_ payloadLength: Int) -> [UInt8] {
        var writer = STUNMessageWriter(
            type: MessageType(.send, .indication),
            transactionID: TransactionID(high: 1, low: 2)
        )
        writer.append(.data, bytes: Array(repeating: 0x40, count: payloadLength))
        return writer.bytes
    }

    @Test func firstBytes() {
        for first in UInt8.min...UInt8.max {
            let isKnown = first < 4 || 64...127 ~= first
            #expect((frame([first]) == .needMore(atLeast: 4)) == isKnown)
            #expect((frame([first]) == .invalid(STUNDecodeError(.unknownFrame, at: 0))) == !isKnown)
        }
        #expect(frame([]) == .needMore(atLeast: 4))
    }

    @Test func channelDataLengths() {
        for length in [0, 1, 2, 3, 4, 5, 1199, 1200] {
            let bytes = channelData(0x4001, Array(repeating: 9, count: length))
            let padded = bytes.count
            #expect(ChannelData.streamLength(ofPayload: length) == padded)
            #expect(ChannelData.padding(afterPayload: length) == padded - 4 - length)
            let whole = StreamFrame.channelData(
                channel: ChannelNumber(rawValue: 0x4001),
                payloadLength: length,
                frameLength: padded
            )
            #expect(frame(bytes) == whole)
            #expect(frame(bytes + [1, 2, 3]) == whole)
            for cut in 4..<bytes.count {
                #expect(frame(Array(bytes.prefix(cut))) == .needMore(atLeast: padded))
            }
        }
        #expect(frame([0x40, 0, 0xFF, 0xFF]) == .invalid(STUNDecodeError(.tooLong, at: 2)))
        #expect(frame([0x40, 0, 0xFF, 0xFF], limit: 70_000) == .needMore(atLeast: 65540))
    }

    @Test func messageErrors() {
        var bytes = message(8)
        #expect(frame(bytes) == .stun(length: 32))
        #expect(frame(bytes, limit: 31) == .invalid(STUNDecodeError(.tooLong, at: 2)))
        bytes[3] = 13
        #expect(frame(bytes) == .invalid(STUNDecodeError(.badLength, at: 2)))
        bytes[3] = 12
        bytes[5] = 0
        #expect(frame(Array(bytes.prefix(8))) == .invalid(STUNDecodeError(.noMagicCookie, at: 4)))
        #expect(frame([0, 1, 0xFF, 0xFC]) == .invalid(STUNDecodeError(.tooLong, at: 2)))
    }

    /// A random sequence of frames, cut at random places: the same frames come out.
    @Test func anyFragmentation() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            let frames = (0..<20).map { _ in
                Bool.random(using: &generator)
                    ? channelData(.random(in: 0x4000...0x7FFF), Array(repeating: 1, count: .random(in: 0...40)))
                    : message(.random(in: 0...40))
            }
            var stream = frames.flatMap { $0 }[...]
            var buffer: [UInt8] = []
            var found: [[UInt8]] = []
            while !stream.isEmpty {
                let piece = stream.prefix(.random(in: 1...30))
                stream = stream.dropFirst(piece.count)
                buffer += piece
                while let length = wholeFrameLength(of: buffer) {
                    found.append(Array(buffer.prefix(length)))
                    buffer.removeFirst(length)
                }
            }
            #expect(found == frames && buffer.isEmpty)
        }
    }

    private func wholeFrameLength(of bytes: [UInt8]) -> Int? {
        switch frame(bytes) {
        case .stun(let length): length
        case .channelData(_, _, let length): length
        case .needMore, .invalid: nil
        }
    }
}
