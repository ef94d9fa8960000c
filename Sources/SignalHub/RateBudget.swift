// SPDX-License-Identifier: Apache-2.0

/// An amount that may be spent at once and is restored over time.
struct TokenBucket: Hashable, Sendable {
    private let capacity: Double
    private let perSecond: Double
    private var tokens: Double
    private var updated: Duration

    init(capacity: Int, perSecond: Int, at now: Duration) {
        self.capacity = Double(capacity)
        self.perSecond = Double(perSecond)
        self.tokens = Double(capacity)
        self.updated = now
    }

    /// - Parameter interval: the time in which one is restored.
    init(capacity: Int, interval: Duration, at now: Duration) {
        self.capacity = Double(capacity)
        self.perSecond = 1 / (interval / .seconds(1))
        self.tokens = Double(capacity)
        self.updated = now
    }

    var isFull: Bool { tokens >= capacity }

    mutating func refill(at now: Duration) {
        guard now > updated else { return }
        tokens = min(capacity, tokens + perSecond * ((now - updated) / .seconds(1)))
        updated = now
    }

    func affords(_ amount: Int) -> Bool { tokens >= Double(amount) }

    mutating func spend(_ amount: Int) { tokens -= Double(amount) }
}

/// How much a member may send. Who keeps within it again for a while is forgiven what was dropped before.
struct RateBudget: Hashable, Sendable {
    enum Verdict: Hashable {
        case granted
        case dropped
        /// More was dropped than is tolerated.
        case exhausted
    }

    private var messages: TokenBucket
    private var bytes: TokenBucket
    /// What goes to everybody in the room costs the server as many messages as there are members, or, when it is a
    /// `join`, as many as the chat has.
    private var broadcasts: TokenBucket
    private var drops = 0
    private let toleratedDrops: Int

    init(limits: SignalLimits, at now: Duration) {
        messages = TokenBucket(capacity: limits.messageBurst, perSecond: limits.messagesPerSecond, at: now)
        bytes = TokenBucket(capacity: limits.byteBurst, perSecond: limits.bytesPerSecond, at: now)
        broadcasts = TokenBucket(
            capacity: limits.broadcastBurst,
            perSecond: limits.broadcastsPerSecond,
            at: now
        )
        toleratedDrops = limits.toleratedDrops
    }

    mutating func spend(messageOf count: Int, at now: Duration) -> Verdict {
        messages.refill(at: now)
        bytes.refill(at: now)
        if messages.isFull, bytes.isFull { drops = 0 }
        guard messages.affords(1), bytes.affords(count) else {
            drops += 1
            return drops > toleratedDrops ? .exhausted : .dropped
        }
        messages.spend(1)
        bytes.spend(count)
        return .granted
    }

    /// - Returns: false when the message is not to be passed on.
    mutating func spendBroadcast(at now: Duration) -> Bool {
        broadcasts.refill(at: now)
        guard broadcasts.affords(1) else { return false }
        broadcasts.spend(1)
        return true
    }
}
