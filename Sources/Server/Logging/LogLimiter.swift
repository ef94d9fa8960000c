// SPDX-License-Identifier: Apache-2.0

/// Bounds how many lines of one kind reach the log: the first ones at once, then so many in a second. How many were left out is
/// told with the next line of the kind that is let through, or on its own some seconds later.
///
/// Time is what has passed since any fixed moment.
struct LogLimiter: Sendable {
    enum Verdict: Equatable {
        /// To be written, after a line about as many that were not.
        case write(suppressed: Int)
        case suppress
    }

    private struct Kind {
        var tokens: Double
        var filledAt: Duration
        var suppressed = 0
        /// When the first of those was.
        var suppressedSince = Duration.zero
    }

    private let burst: Double
    private let perSecond: Double
    /// Messages are few, as they are written in code; what is beyond that shares one budget.
    private let maximumKinds: Int
    private var kinds: [String: Kind] = [:]

    /// How long lines may be missing before that is told.
    static let patience = Duration.seconds(10)
    private static let otherKind = ""

    init(burst: Int = 100, perSecond: Int = 10, maximumKinds: Int = 256) {
        self.burst = Double(burst)
        self.perSecond = Double(perSecond)
        self.maximumKinds = maximumKinds
    }

    /// - Parameter message: without what differs between lines of a kind.
    mutating func admit(_ message: String, at now: Duration) -> Verdict {
        let name = kinds[message] != nil || kinds.count < maximumKinds ? message : Self.otherKind
        var kind = kinds[name] ?? Kind(tokens: burst, filledAt: now)
        defer { kinds[name] = kind }
        kind.tokens = min(burst, kind.tokens + perSecond * max(0, (now - kind.filledAt) / .seconds(1)))
        kind.filledAt = max(now, kind.filledAt)
        guard kind.tokens >= 1 else {
            if kind.suppressed == 0 { kind.suppressedSince = now }
            kind.suppressed += 1
            return .suppress
        }
        kind.tokens -= 1
        defer { kind.suppressed = 0 }
        return .write(suppressed: kind.suppressed)
    }

    /// What was suppressed and not told for a while, in alphabetical order. It counts as told.
    mutating func overdue(at now: Duration, after patience: Duration = Self.patience) -> [(message: String, count: Int)]
    {
        let overdue = kinds.filter { $0.value.suppressed > 0 && now - $0.value.suppressedSince >= patience }
        for name in overdue.keys { kinds[name]?.suppressed = 0 }
        return overdue.map { ($0.key.isEmpty ? "other messages" : $0.key, $0.value.suppressed) }.sorted { $0.0 < $1.0 }
    }
}
