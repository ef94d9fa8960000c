// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// A rate with a burst of one second: tokens come in as time passes, and something is let through while they last.
struct TokenBucket {
    private var perSecond: Int64
    private var tokens: Int64
    private var filledAt: NIODeadline

    /// - Parameter perSecond: more than zero.
    init(perSecond: Int, at now: NIODeadline) {
        self.perSecond = Int64(perSecond)
        tokens = Int64(perSecond)
        filledAt = now
    }

    /// Goes on at another rate, with no more tokens than its burst.
    mutating func setRate(perSecond: Int) {
        self.perSecond = Int64(perSecond)
        tokens = min(tokens, self.perSecond)
    }

    /// Takes tokens, or none of them when there are not enough. What is larger than the bucket passes when that is full,
    /// and leaves a debt: otherwise it never would.
    mutating func take(_ count: Int, at now: NIODeadline) -> Bool {
        fill(at: now)
        guard tokens >= min(Int64(count), perSecond) else { return false }
        tokens -= Int64(count)
        return true
    }

    /// Takes tokens whether there are enough or not.
    ///
    /// - Returns: the time after which the debt is paid; zero when there is none.
    mutating func borrow(_ count: Int, at now: NIODeadline) -> TimeAmount {
        fill(at: now)
        tokens -= Int64(count)
        guard tokens < 0 else { return .zero }
        return .milliseconds(Int64((Double(-tokens) * 1_000 / Double(perSecond)).rounded(.up)))
    }

    private mutating func fill(at now: NIODeadline) {
        // Threads read the clock one after the other: a moment ago is no reason to take anything back.
        let seconds = max(0, Double((now - filledAt).nanoseconds)) / 1_000_000_000
        let earned = Int64(min(Double(perSecond - tokens), Double(perSecond) * seconds))
        // What is less than a token stays to be earned: the clock is not moved for it. A full bucket earns nothing.
        guard earned > 0 || tokens == perSecond else { return }
        tokens += earned
        filledAt = max(filledAt, now)
    }
}
