// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec
import Testing

@testable import TURNRelay

/// What waits for a client that reads slower than its media arrives.
struct SendQueueTests {
    static let start = NIODeadline.uptimeNanoseconds(0)
    static let sender = TransportAddress(IPAddress(ipv4: 0xC000_0201), port: 1)
    static let other = TransportAddress(IPAddress(ipv4: 0xC000_0201), port: 2)

    /// Of a frame of 100 bytes: its buffer has room for 128.
    private static let cost = 128 + 128

    private func frame(_ byte: UInt8, length: Int = 100) -> ByteBuffer {
        ByteBuffer(repeating: byte, count: length)
    }

    /// The first byte of each frame of 100 bytes.
    private func drained(_ queue: inout SendQueue, at now: NIODeadline) -> (frames: [UInt8], dropped: Int) {
        var output = ByteBuffer()
        let dropped = queue.drain(into: &output, limit: .max, at: now).dropped
        return (stride(from: 0, to: output.readableBytes, by: 100).compactMap { output.getInteger(at: $0) }, dropped)
    }

    private func queue(_ frames: [(UInt8, PayloadClass)], _ limits: SendQueueLimits = SendQueueLimits()) -> SendQueue {
        var queue = SendQueue(limits: limits)
        for (byte, payloadClass) in frames {
            #expect(queue.append(frame(byte), of: payloadClass, from: Self.sender, at: Self.start) == 0)
        }
        return queue
    }

    @Test func keepsTheOrder() {
        var queue = queue([(1, .video), (2, .audio), (3, .video), (4, .control)])
        queue.append(answer: frame(5), at: Self.start)
        let result = drained(&queue, at: Self.start)
        #expect(result.frames == [1, 2, 3, 4, 5] && result.dropped == 0 && queue.isEmpty && queue.byteCount == 0)
    }

    @Test func oldVideoGoesBeforeOldAudio() {
        var queue = queue([(1, .video), (2, .audio), (3, .control)])
        var copy = queue
        #expect(drained(&copy, at: Self.start + .milliseconds(499)).frames == [1, 2, 3])
        copy = queue
        #expect(drained(&copy, at: Self.start + .milliseconds(500)).frames == [2, 3])
        copy = queue
        #expect(drained(&copy, at: Self.start + .seconds(1)).frames == [3])
        let last = drained(&queue, at: Self.start + .seconds(5))
        #expect(last.frames == [] && last.dropped == 3 && queue.byteCount == 0)
    }

    /// Not drained since the burst began: nothing but time makes it a standing queue.
    @Test func aBurstMayBeLateOnceInAWhile() {
        var queue = queue([(1, .video)])
        #expect(queue.expire(at: Self.start + .milliseconds(150)) == 0)
        #expect(drained(&queue, at: Self.start + .milliseconds(499)).frames == [1])
        let soon = Self.start + .milliseconds(1000)
        _ = queue.append(frame(2), of: .video, from: Self.sender, at: soon)
        #expect(queue.expire(at: soon + .milliseconds(149)) == 0)
        #expect(queue.expire(at: soon + .milliseconds(150)) == 1, "late again after a second")
        let later = soon + .milliseconds(2150)
        _ = queue.append(frame(3), of: .video, from: Self.sender, at: later - .milliseconds(150))
        #expect(queue.expire(at: later) == 0, "two seconds later, another burst")
    }

    @Test func bytesAreBounded() {
        var limits = SendQueueLimits()
        limits.bytes = 10 * Self.cost
        var queue = SendQueue(limits: limits)
        var dropped = 0
        for byte in 0..<20 as Range<UInt8> {
            let payloadClass: PayloadClass = byte % 2 == 0 ? .video : .audio
            dropped += queue.append(frame(byte), of: payloadClass, from: Self.sender, at: Self.start)
            #expect(queue.byteCount <= limits.bytes)
        }
        let rest = drained(&queue, at: Self.start).frames
        #expect(rest.count + dropped == 20 && rest.filter { $0 % 2 == 1 } == [1, 3, 5, 7, 9, 11, 13, 15, 17, 19])
    }

    /// Frames without payload take memory too.
    @Test func emptyFramesAreNotFree() {
        var queue = SendQueue(limits: SendQueueLimits())
        var dropped = 0
        for _ in 0..<10_000 {
            dropped += queue.append(ByteBuffer(), of: .control, from: Self.sender, at: Self.start)
        }
        #expect(dropped > 5_000 && queue.byteCount <= SendQueueLimits().bytes)
    }

    @Test func oldFramesGoWithoutBeingSent() {
        var queue = queue([(1, .video), (2, .audio), (3, .control)])
        queue.append(answer: ByteBuffer(string: "answer"), at: Self.start)
        #expect(queue.expire(at: Self.start + .milliseconds(499)) == 0)
        #expect(queue.expire(at: Self.start + .milliseconds(500)) == 1)
        #expect(queue.expire(at: Self.start + .seconds(5)) == 2)
        #expect(!queue.isEmpty)
    }

    @Test func answersAreNeverDropped() {
        var limits = SendQueueLimits()
        limits.bytes = 300
        limits.unauthenticatedBytes = 100
        var queue = SendQueue(limits: limits)
        queue.append(answer: ByteBuffer(repeating: 0, count: 60), at: Self.start)
        #expect(!queue.isOverfull(isAuthenticated: true) && queue.isOverfull(isAuthenticated: false))
        #expect(queue.append(frame(1), of: .control, from: Self.sender, at: Self.start) == 1)
        queue.append(answer: ByteBuffer(repeating: 0, count: 60), at: Self.start)
        #expect(queue.isOverfull(isAuthenticated: true))
        var output = ByteBuffer()
        #expect(queue.drain(into: &output, limit: .max, at: Self.start + .hours(1)).dropped == 0)
        #expect(output.readableBytes == 120 && queue.isEmpty && queue.byteCount == 0)
        #expect(!queue.isOverfull(isAuthenticated: false))
    }

    @Test func oneWriteIsBounded() {
        var queue = queue((0..<10 as Range<UInt8>).map { ($0, .video) })
        var output = ByteBuffer()
        _ = queue.drain(into: &output, limit: 250, at: Self.start)
        #expect(output.readableBytes == 300 && queue.byteCount == 7 * Self.cost)
    }

    @Test(arguments: [
        (10, [1, 2, 3], Int.max), (6, [1, 2, 3], .max), (5, [1, 2, 3], 2),
        (3, [5, 5, 5], 1), (0, [1], 0), (9, [], .max),
    ])
    func sharesAreFair(total: Int, wishes: [Int], share: Int) {
        #expect(SendQueue.fairShare(of: total, among: wishes) == share)
    }

    /// Ten senders share six packets' worth of fresh video: none of them is left without any.
    @Test func whoHasLittleLosesNothingFresh() {
        var queue = queue([(0, .video)])
        #expect(queue.expire(at: Self.start + .milliseconds(150)) == 0, "the burst begins")
        for number in 0..<20 as Range<UInt8> {
            let source = TransportAddress(IPAddress(ipv4: 0xC000_0201), port: UInt16(number % 10) + 10)
            let time = Self.start + .milliseconds(number < 14 ? 400 : 530)
            _ = queue.append(frame(number + 1), of: .video, from: source, at: time)
        }
        let result = drained(&queue, at: Self.start + .milliseconds(560))
        #expect(Set(result.frames.map { ($0 - 1) % 10 }) == Set(0..<10), "\(result.frames)")
        #expect(result.frames.count == 10)
    }

    @Test func delaysAreCounted() {
        var queue = queue([(1, .video), (2, .audio)])
        _ = queue.append(frame(3), of: .control, from: Self.other, at: Self.start + .milliseconds(4))
        queue.append(answer: frame(4), at: Self.start)
        var output = ByteBuffer()
        let delays = queue.drain(into: &output, limit: .max, at: Self.start + .milliseconds(5)).delays
        #expect(delays.counts.indices.map { delays.counts[$0] } == [0, 1, 0, 2] + Array(repeating: 0, count: 10))
        #expect(delays.longest == .milliseconds(5))
    }

    /// Wherever it begins, and whatever the memory held before.
    @Test(arguments: [0...8, 1198...1202, 65_532...65_535])
    func channelDataIsPadded(lengths: ClosedRange<Int>) {
        for length in lengths {
            for offset in 0..<4 {
                var output = ByteBuffer(repeating: 0xFF, count: 66_000)
                output.clear()
                output.writeRepeatingByte(0x55, count: offset)
                let payload = [UInt8](repeating: 0xAA, count: length)
                output.writeChannelData(payload.rawSpan, on: ChannelNumber(rawValue: 0x4001))
                let header = [0x40, 1, UInt8(length >> 8), UInt8(length & 0xFF)]
                let padding = [UInt8](repeating: 0, count: (4 - length % 4) % 4)
                #expect(output.readSlice(length: offset)?.readableBytes == offset)
                #expect(Array(output.readableBytesView) == header + payload + padding)
            }
        }
    }

    @Test func classes() {
        #expect(PayloadClass(first: 0, second: 1, length: 100) == .control)
        #expect(PayloadClass(first: 22, second: 254, length: 1200) == .control)
        #expect(PayloadClass(first: 0x80, second: 200, length: 1200) == .control)
        #expect(PayloadClass(first: 0x80, second: 111, length: 120) == .audio)
        #expect(PayloadClass(first: 0x90, second: 0x80 | 111, length: 300) == .audio)
        #expect(PayloadClass(first: 0x80, second: 96, length: 1100) == .video)
    }

    @Test func writesBecomeSmallForASlowClientAndLargeAgain() {
        var pace = WritePace()
        for _ in 0..<10 { pace.wrote(pace.limit, wasTaken: false) }
        #expect(pace.limit == 2048)
        pace.wrote(100, wasTaken: true)
        #expect(pace.limit == 2048, "a small write says nothing")
        for _ in 0..<10 { pace.wrote(pace.limit, wasTaken: true) }
        #expect(pace.limit == 64 * 1024)
    }
}
