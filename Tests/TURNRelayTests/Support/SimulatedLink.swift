// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec

@testable import TURNRelay

/// A client behind a TCP connection in virtual time, with the send queue that a relay has for it, used as
/// `ClientStream` does: the kernel takes a write, whole, when less than TCP_NOTSENT_LOWAT is unsent, and one that it
/// did not take at once can't be dropped any more. As much is under way as the congestion window lets, and the
/// bottleneck carries so many bytes in a millisecond.
struct SimulatedLink {
    struct Packet {
        let sender: Int
        let payloadClass: PayloadClass
        let sentAt: NIODeadline
        var arrivedAt: NIODeadline?

        var age: TimeAmount? { arrivedAt.map { $0 - sentAt } }
    }

    private struct Segment {
        let packet: Int
        let length: Int
    }

    private static let lowWater = 4096
    private static let initialWindow = 10 * 1448

    private var queue = SendQueue(limits: SendQueueLimits())
    private var pace = WritePace()
    /// What leaves at the end of the millisecond, past the queue.
    private var output = ByteBuffer()
    /// A write that the kernel has not taken.
    private var waiting: ByteBuffer?
    private var unsent: [Segment] = []
    private var underWay: [(segment: Segment, acknowledgedAt: NIODeadline)] = []
    private var window = initialWindow
    private var budget = 0.0
    private let roundTrip: TimeAmount
    /// Bytes in a second.
    var rate: Double
    private(set) var now = NIODeadline.uptimeNanoseconds(1_000_000_000)
    private(set) var packets: [Packet] = []
    private(set) var mostQueued = 0

    init(bitsPerSecond: Double, roundTrip: TimeAmount = .milliseconds(40)) {
        rate = bitsPerSecond / 8
        self.roundTrip = roundTrip
    }

    mutating func send(_ length: Int, _ payloadClass: PayloadClass = .video, from sender: Int = 0) {
        var frame = ByteBuffer()
        frame.writeMultipleIntegers(UInt32(packets.count), UInt32(length))
        frame.writeRepeatingByte(0, count: length - 8)
        let source = TransportAddress(IPAddress(ipv4: 0xC000_0201), port: UInt16(sender))
        packets.append(Packet(sender: sender, payloadClass: payloadClass, sentAt: now))
        if queue.isEmpty, waiting == nil, output.readableBytes < pace.limit {
            output.writeBuffer(&frame)
        } else {
            _ = queue.append(frame, of: payloadClass, from: source, at: now)
        }
        mostQueued = max(mostQueued, queue.byteCount)
    }

    /// Lets time pass; `event` is called every millisecond.
    mutating func run(_ time: TimeAmount, _ event: (inout SimulatedLink, _ millisecond: Int) -> Void = { _, _ in }) {
        for millisecond in 0..<Int(time.nanoseconds / 1_000_000) {
            event(&self, millisecond)
            if millisecond % 250 == 0 { _ = queue.expire(at: now) }
            acknowledge()
            write()
            carry()
            now = now + .milliseconds(1)
        }
    }

    private mutating func acknowledge() {
        while let first = underWay.first, first.acknowledgedAt <= now {
            underWay.removeFirst()
            window = min(window + first.segment.length, 1 << 20)
        }
    }

    private var hasRoom: Bool { unsent.reduce(0) { $0 + $1.length } < Self.lowWater }

    private mutating func write() {
        if let bytes = waiting, hasRoom {
            take(bytes)
            waiting = nil
        }
        while waiting == nil {
            if !queue.isEmpty { _ = queue.drain(into: &output, limit: pace.limit, at: now) }
            guard output.readableBytes > 0 else { return }
            let isTaken = hasRoom
            pace.wrote(output.readableBytes, wasTaken: isTaken)
            if isTaken { take(output) } else { waiting = output }
            output = ByteBuffer()
        }
    }

    private mutating func take(_ bytes: ByteBuffer) {
        var bytes = bytes
        while let (packet, length) = bytes.readMultipleIntegers(as: (UInt32, UInt32).self) {
            bytes.moveReaderIndex(forwardBy: Int(length) - 8)
            unsent.append(Segment(packet: Int(packet), length: Int(length)))
        }
    }

    private mutating func carry() {
        budget = min(budget + rate / 1000, max(rate / 1000, 1500))
        while let segment = unsent.first, budget >= Double(segment.length),
            underWay.reduce(0, { $0 + $1.segment.length }) + segment.length <= window
        {
            unsent.removeFirst()
            budget -= Double(segment.length)
            packets[segment.packet].arrivedAt = now + .nanoseconds(roundTrip.nanoseconds / 2)
            underWay.append((segment, now + roundTrip))
        }
    }
}
