// SPDX-License-Identifier: Apache-2.0

import DequeModule
import NIOCore
import STUNCodec

/// What waits to be sent to one client over a stream, bounded in time and bytes.
///
/// A receiver that is slower than its media must see fresh media: what is older than its class may be is dropped when
/// its turn comes, and when the bytes run out, video goes before audio and audio before control, oldest first. Answers
/// to the client's own requests are never dropped; a client that does not read them is closed.
struct SendQueue {
    /// One message or ChannelData to be.
    enum Frame {
        case channelData(ChannelNumber, ByteBuffer)
        case message(ByteBuffer)

        /// What a frame occupies beside its bytes: its place in the queue, and the buffer that it is a part of.
        private static let overhead = 128

        /// Bytes of memory, about: empty frames must not be free.
        var cost: Int { Self.overhead + length }

        private var length: Int {
            switch self {
            case .channelData(_, let payload): ChannelData.streamLength(ofPayload: payload.readableBytes)
            case .message(let bytes): bytes.readableBytes
            }
        }
    }

    private struct Entry {
        var frame: Frame
        let order: UInt64
        let deadline: NIODeadline
    }

    private let limits: SendQueueLimits
    private var answers = Deque<Entry>()
    /// By `PayloadClass.rawValue`.
    private var payloads = [Deque<Entry>](repeating: [], count: PayloadClass.allCases.count)
    private var nextOrder: UInt64 = 0
    /// What all frames cost.
    private(set) var byteCount = 0
    private var answerByteCount = 0

    init(limits: SendQueueLimits) {
        self.limits = limits
    }

    var isEmpty: Bool { byteCount == 0 }

    /// True when the answers alone fill the queue, or the small part of it that strangers get.
    func isOverfull(isAuthenticated: Bool) -> Bool {
        answerByteCount > (isAuthenticated ? limits.bytes : limits.unauthenticatedBytes)
    }

    mutating func append(answer: ByteBuffer) {
        let entry = entry(.message(answer), deadline: .distantFuture)
        answers.append(entry)
        byteCount += entry.frame.cost
        answerByteCount += entry.frame.cost
    }

    /// - Returns: how many payloads had to go to make room.
    mutating func append(_ frame: Frame, of payloadClass: PayloadClass, at now: NIODeadline) -> Int {
        payloads[payloadClass.rawValue].append(entry(frame, deadline: now + age(of: payloadClass)))
        byteCount += frame.cost
        var dropped = 0
        while byteCount > limits.bytes, dropLeastWorth() {
            dropped += 1
        }
        return dropped
    }

    /// Moves frames into `output` in order until it holds `limit` bytes or nothing is left.
    ///
    /// - Returns: how many payloads were too old to be sent.
    mutating func drain(into output: inout ByteBuffer, limit: Int, at now: NIODeadline) -> Int {
        var dropped = 0
        while output.readableBytes < limit, let entry = popFirst() {
            if entry.deadline > now {
                output.write(entry.frame)
            } else {
                dropped += 1
            }
        }
        return dropped
    }

    /// Lets go of what is too old, also while nothing can be sent. Classes are in order of age in themselves.
    ///
    /// - Returns: how many payloads went.
    mutating func expire(at now: NIODeadline) -> Int {
        var dropped = 0
        for index in payloads.indices {
            while let entry = payloads[index].first, entry.deadline <= now {
                payloads[index].removeFirst()
                byteCount -= entry.frame.cost
                dropped += 1
            }
            if payloads[index].isEmpty { payloads[index] = [] }
        }
        return dropped
    }

    private mutating func entry(_ frame: Frame, deadline: NIODeadline) -> Entry {
        nextOrder += 1
        return Entry(frame: frame, order: nextOrder, deadline: deadline)
    }

    private func age(of payloadClass: PayloadClass) -> TimeAmount {
        switch payloadClass {
        case .control: limits.controlAge
        case .audio: limits.audioAge
        case .video: limits.videoAge
        }
    }

    private mutating func dropLeastWorth() -> Bool {
        for payloadClass in PayloadClass.allCases.reversed() {
            if let entry = payloads[payloadClass.rawValue].popFirst() {
                byteCount -= entry.frame.cost
                return true
            }
        }
        return false
    }

    private mutating func popFirst() -> Entry? {
        var oldest = answers.first?.order ?? .max
        var queue: Int?
        for index in payloads.indices {
            if let order = payloads[index].first?.order, order < oldest {
                oldest = order
                queue = index
            }
        }
        guard let queue else {
            guard let entry = answers.popFirst() else { return nil }
            byteCount -= entry.frame.cost
            answerByteCount -= entry.frame.cost
            return entry
        }
        guard let entry = payloads[queue].popFirst() else { return nil }
        byteCount -= entry.frame.cost
        return entry
    }
}

extension ByteBuffer {
    fileprivate mutating func write(_ frame: SendQueue.Frame) {
        switch frame {
        case .channelData(let channel, let payload):
            let length = payload.readableBytes
            writeInteger(channel.rawValue)
            writeInteger(UInt16(truncatingIfNeeded: length))
            writeImmutableBuffer(payload)
            writeRepeatingByte(0, count: ChannelData.padding(afterPayload: length))
        case .message(let bytes):
            writeImmutableBuffer(bytes)
        }
    }
}
