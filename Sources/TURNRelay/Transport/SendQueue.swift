// SPDX-License-Identifier: Apache-2.0

import DequeModule
import NIOCore
import STUNCodec

/// What waits to be sent to one client over a stream, bounded in time and bytes.
///
/// A receiver that is slower than its media must see fresh media. The queue may be long for the time that a burst, a key
/// frame above all, takes to pass; one that is long for longer, or again and again, is kept short. When it is too long,
/// video goes before audio and audio before control, and of several senders that which has most waiting. Answers to the
/// client's own requests are never dropped; a client that does not read them is closed.
struct SendQueue {
    private struct Entry {
        let frame: ByteBuffer
        let source: TransportAddress?
        let order: UInt64
        let arrivedAt: NIODeadline

        /// What a frame occupies beside its bytes: its place in the queue, and its buffer.
        private static let overhead = 128

        /// Bytes of memory, about: empty frames must not be free, and a buffer has room for the next power of two.
        var cost: Int { Self.overhead + frame.storageCapacity }
    }

    private let limits: SendQueueLimits
    private var answers = Deque<Entry>()
    /// By `PayloadClass.rawValue`.
    private var payloads = [Deque<Entry>](repeating: [], count: PayloadClass.allCases.count)
    private var nextOrder: UInt64 = 0
    /// What all frames cost.
    private(set) var byteCount = 0
    private var answerByteCount = 0
    /// When the latest burst began to make video wait longer than its age, and when video last did.
    private var burst: (began: NIODeadline, seen: NIODeadline)?

    init(limits: SendQueueLimits) {
        self.limits = limits
    }

    var isEmpty: Bool { byteCount == 0 }

    /// True when the answers alone fill the queue, or the small part of it that strangers get.
    func isOverfull(isAuthenticated: Bool) -> Bool {
        answerByteCount > (isAuthenticated ? limits.bytes : limits.unauthenticatedBytes)
    }

    /// How long the oldest payload has waited.
    func delay(at now: NIODeadline) -> TimeAmount {
        payloads.reduce(.zero) { max($0, now - ($1.first?.arrivedAt ?? now)) }
    }

    mutating func append(answer: ByteBuffer, at now: NIODeadline) {
        let entry = entry(answer, from: nil, at: now)
        answers.append(entry)
        answerByteCount += entry.cost
    }

    /// - Parameters:
    ///   - frame: a whole message or ChannelData, in a buffer of its own.
    ///   - source: the sender, as the receiver knows it.
    /// - Returns: how many payloads had to go to make room.
    mutating func append(
        _ frame: ByteBuffer,
        of payloadClass: PayloadClass,
        from source: TransportAddress,
        at now: NIODeadline
    ) -> Int {
        let entry = entry(frame, from: source, at: now)
        payloads[payloadClass.rawValue].append(entry)
        return byteCount > limits.bytes ? shedBytes() : 0
    }

    private mutating func entry(_ frame: ByteBuffer, from source: TransportAddress?, at now: NIODeadline) -> Entry {
        nextOrder += 1
        let entry = Entry(frame: frame, source: source, order: nextOrder, arrivedAt: now)
        byteCount += entry.cost
        return entry
    }

    // MARK: Taking out

    /// What came out of the queue.
    struct Drained {
        /// Payloads that were too old to be sent.
        var dropped = 0
        /// How long payloads that were sent had waited.
        var delays = DelayHistogram()
    }

    /// Moves frames into `output` in order until it holds `limit` bytes or nothing is left.
    mutating func drain(into output: inout ByteBuffer, limit: Int, at now: NIODeadline) -> Drained {
        var drained = Drained(dropped: expire(at: now))
        while output.readableBytes < limit, let entry = popFirst() {
            output.writeImmutableBuffer(entry.frame)
            if entry.source != nil { drained.delays.add(now - entry.arrivedAt) }
        }
        if isEmpty { releaseMemory() }
        return drained
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
        let entry: Entry? =
            if let queue { payloads[queue].popFirst() } else { answers.popFirst() }
        guard let entry else { return nil }
        byteCount -= entry.cost
        if entry.source == nil { answerByteCount -= entry.cost }
        return entry
    }

    // MARK: Dropping

    /// Lets go of what is too old, also while nothing can be sent.
    ///
    /// - Returns: how many payloads went.
    mutating func expire(at now: NIODeadline) -> Int {
        var dropped = 0
        for payloadClass in PayloadClass.allCases {
            dropped += drop(payloadClass, olderThan: limits.age(of: payloadClass), at: now)
        }
        dropped += shedVideo(at: now)
        if isEmpty { releaseMemory() }
        return dropped
    }

    /// Makes a standing queue short again, at once and well below the limit: a gap in a video costs one repair, while
    /// every second packet missing leaves nothing to show.
    private mutating func shedVideo(at now: NIODeadline) -> Int {
        let video = payloads[PayloadClass.video.rawValue]
        guard let oldest = video.first, now - oldest.arrivedAt >= limits.videoAge, !mayBurst(at: now) else { return 0 }
        let freshAge = TimeAmount.nanoseconds(limits.videoAge.nanoseconds / 4)
        let fresh = video.filter { now - $0.arrivedAt < freshAge }
        return shed(.video, to: fresh.reduce(0) { $0 + $1.cost }, keepsLatest: true)
    }

    /// Whether video that has waited longer than its age is part of a burst that will soon have passed.
    private mutating func mayBurst(at now: NIODeadline) -> Bool {
        var burst = burst ?? (now, now)
        if now - burst.seen >= limits.burstInterval { burst.began = now }
        burst.seen = now
        self.burst = burst
        return now - burst.began < limits.burst
    }

    /// Makes half of the queue free, of what is worth least.
    private mutating func shedBytes() -> Int {
        var dropped = 0
        for payloadClass in PayloadClass.allCases.reversed() where byteCount > limits.bytes {
            let cost = payloads[payloadClass.rawValue].reduce(0) { $0 + $1.cost }
            dropped += shed(payloadClass, to: max(0, cost - (byteCount - limits.bytes / 2)))
        }
        return dropped
    }

    /// Leaves `bytes` of a class, shared fairly by the senders: the newest of each.
    ///
    /// - Parameter keepsLatest: whether a sender keeps a payload that is more than its share.
    private mutating func shed(_ payloadClass: PayloadClass, to bytes: Int, keepsLatest: Bool = false) -> Int {
        var waiting: [TransportAddress?: Int] = [:]
        for entry in payloads[payloadClass.rawValue] { waiting[entry.source, default: 0] += entry.cost }
        let share = Self.fairShare(of: bytes, among: Array(waiting.values))
        var kept = Deque<Entry>()
        for entry in payloads[payloadClass.rawValue] {
            if let cost = waiting[entry.source], cost - (keepsLatest ? entry.cost : 0) >= share, cost > share {
                waiting[entry.source] = cost - entry.cost
                byteCount -= entry.cost
            } else {
                kept.append(entry)
            }
        }
        defer { payloads[payloadClass.rawValue] = kept }
        return payloads[payloadClass.rawValue].count - kept.count
    }

    /// What each may have so that all together have `total`, and who wants less gets what he wants (max-min fairness).
    static func fairShare(of total: Int, among wishes: [Int]) -> Int {
        var rest = total
        for (index, wish) in wishes.sorted().enumerated() {
            let share = rest / (wishes.count - index)
            guard wish <= share else { return share }
            rest -= wish
        }
        return .max
    }

    private mutating func drop(_ payloadClass: PayloadClass, olderThan age: TimeAmount, at now: NIODeadline) -> Int {
        var dropped = 0
        while let entry = payloads[payloadClass.rawValue].first, now - entry.arrivedAt >= age {
            payloads[payloadClass.rawValue].removeFirst()
            byteCount -= entry.cost
            dropped += 1
        }
        return dropped
    }

    private mutating func releaseMemory() {
        answers = []
        for index in payloads.indices { payloads[index] = [] }
    }
}
