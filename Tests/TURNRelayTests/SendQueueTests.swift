// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec
import Testing

@testable import TURNRelay

/// A receiver that is slower than its media sees fresh media.
struct SendQueueTests {
    static let start = NIODeadline.uptimeNanoseconds(0)
    static let channel = ChannelNumber(rawValue: 0x4000)

    private func frame(_ byte: UInt8, length: Int = 100) -> SendQueue.Frame {
        .channelData(Self.channel, ByteBuffer(repeating: byte, count: length))
    }

    /// The first payload byte of each ChannelData in `bytes`.
    private func payloads(_ bytes: ByteBuffer) -> [UInt8] {
        var bytes = bytes
        var payloads: [UInt8] = []
        while let header = bytes.readMultipleIntegers(as: (UInt16, UInt16).self) {
            payloads.append(bytes.getInteger(at: bytes.readerIndex) ?? 0)
            bytes.moveReaderIndex(forwardBy: (Int(header.1) + 3) & ~3)
        }
        return payloads
    }

    private func drained(_ queue: inout SendQueue, at now: NIODeadline) -> (payloads: [UInt8], dropped: Int) {
        var output = ByteBuffer()
        let dropped = queue.drain(into: &output, limit: .max, at: now)
        return (payloads(output), dropped)
    }

    @Test func keepsTheOrder() {
        var queue = SendQueue(limits: SendQueueLimits())
        for (byte, payloadClass) in [(1, PayloadClass.video), (2, .audio), (3, .video), (4, .control)] {
            #expect(queue.append(frame(UInt8(byte)), of: payloadClass, at: Self.start) == 0)
        }
        let result = drained(&queue, at: Self.start)
        #expect(result.payloads == [1, 2, 3, 4] && result.dropped == 0 && queue.isEmpty)
    }

    @Test func oldVideoGoesBeforeOldAudio() {
        var queue = SendQueue(limits: SendQueueLimits())
        for (byte, payloadClass) in [(1, PayloadClass.video), (2, .audio), (3, .control)] {
            _ = queue.append(frame(UInt8(byte)), of: payloadClass, at: Self.start)
        }
        var copy = queue
        #expect(drained(&copy, at: Self.start + .milliseconds(250)).payloads == [2, 3])
        copy = queue
        #expect(drained(&copy, at: Self.start + .seconds(1)).payloads == [3])
        let last = drained(&queue, at: Self.start + .seconds(5))
        #expect(last.payloads == [] && last.dropped == 3 && queue.byteCount == 0)
    }

    @Test func bytesAreBounded() {
        var limits = SendQueueLimits()
        limits.bytes = 10 * (104 + 128)
        var queue = SendQueue(limits: limits)
        var dropped = 0
        for byte in 0..<20 as Range<UInt8> {
            dropped += queue.append(frame(byte), of: byte % 2 == 0 ? .video : .audio, at: Self.start)
            #expect(queue.byteCount <= limits.bytes)
        }
        #expect(dropped == 10)
        // All video went first, oldest first; ten audio frames fit, of 104 bytes and 128 of overhead.
        #expect(drained(&queue, at: Self.start).payloads == [1, 3, 5, 7, 9, 11, 13, 15, 17, 19])
    }

    /// Frames without payload take memory too.
    @Test func emptyFramesAreNotFree() {
        var queue = SendQueue(limits: SendQueueLimits())
        var dropped = 0
        for _ in 0..<10_000 {
            dropped += queue.append(frame(0, length: 0), of: .control, at: Self.start)
        }
        #expect(dropped > 5_000 && queue.byteCount <= SendQueueLimits().bytes)
    }

    @Test func oldFramesGoWithoutBeingSent() {
        var queue = SendQueue(limits: SendQueueLimits())
        for payloadClass in [PayloadClass.video, .audio, .control] {
            _ = queue.append(frame(1), of: payloadClass, at: Self.start)
        }
        queue.append(answer: ByteBuffer(string: "answer"))
        #expect(queue.expire(at: Self.start + .milliseconds(249)) == 0)
        #expect(queue.expire(at: Self.start + .milliseconds(250)) == 1)
        #expect(queue.expire(at: Self.start + .seconds(5)) == 2)
        #expect(!queue.isEmpty)
    }

    @Test func answersAreNeverDropped() {
        var limits = SendQueueLimits()
        limits.bytes = 300
        limits.unauthenticatedBytes = 100
        var queue = SendQueue(limits: limits)
        queue.append(answer: ByteBuffer(repeating: 0, count: 60))
        #expect(!queue.isOverfull(isAuthenticated: true) && queue.isOverfull(isAuthenticated: false))
        #expect(queue.append(frame(1), of: .control, at: Self.start) == 1)
        queue.append(answer: ByteBuffer(repeating: 0, count: 60))
        #expect(queue.isOverfull(isAuthenticated: true))
        var output = ByteBuffer()
        #expect(queue.drain(into: &output, limit: .max, at: Self.start + .hours(1)) == 0)
        #expect(output.readableBytes == 120 && queue.isEmpty && queue.byteCount == 0)
        #expect(!queue.isOverfull(isAuthenticated: false))
    }

    @Test func channelDataIsPadded() {
        for length in 0..<9 {
            var queue = SendQueue(limits: SendQueueLimits())
            _ = queue.append(frame(0xAA, length: length), of: .audio, at: Self.start)
            var output = ByteBuffer()
            _ = queue.drain(into: &output, limit: .max, at: Self.start)
            #expect(output.readableBytes == ChannelData.streamLength(ofPayload: length) && queue.byteCount == 0)
            #expect(output.readableBytesView.dropFirst(4 + length).allSatisfy { $0 == 0 })
        }
    }

    @Test func oneWriteIsBounded() {
        var queue = SendQueue(limits: SendQueueLimits())
        for byte in 0..<10 as Range<UInt8> {
            _ = queue.append(frame(byte), of: .video, at: Self.start)
        }
        var output = ByteBuffer()
        _ = queue.drain(into: &output, limit: 300, at: Self.start)
        #expect(payloads(output) == [0, 1, 2] && queue.byteCount == 7 * (104 + 128))
    }

    @Test func classes() {
        #expect(PayloadClass(first: 0, second: 1, length: 100) == .control)
        #expect(PayloadClass(first: 22, second: 254, length: 1200) == .control)
        #expect(PayloadClass(first: 0x80, second: 200, length: 1200) == .control)
        #expect(PayloadClass(first: 0x80, second: 111, length: 120) == .audio)
        #expect(PayloadClass(first: 0x90, second: 0x80 | 111, length: 300) == .audio)
        #expect(PayloadClass(first: 0x80, second: 96, length: 1100) == .video)
    }
}
