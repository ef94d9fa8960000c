// SPDX-License-Identifier: Apache-2.0

/// Says how many packets a client may send now. Times are nanoseconds.
struct LoadPacer {
    /// Nothing came back for so long: what is under way is lost, and the window opens again.
    static let patience: UInt64 = 250_000_000

    private let pace: LoadPlan.Pace
    private let start: UInt64
    /// Packets whose time has come, sent or not.
    private var accounted: UInt64 = 0
    /// Sequence numbers below that no longer count as under way.
    private var released: UInt64 = 0
    private var lastProgress: UInt64

    /// - Parameter start: when the first packet may go. Different for each client, so that they don't send as one.
    init(_ pace: LoadPlan.Pace, start: UInt64) {
        self.pace = pace
        self.start = start
        lastProgress = start
    }

    /// Whether a packet has a time to be sent at.
    var isTimed: Bool {
        if case .rate = pace { true } else { false }
    }

    /// How many may be sent, and how many are too late to be.
    ///
    /// - Parameters:
    ///   - sent: packets so far.
    ///   - nextExpected: one above the highest that came back: what is below and has not come is late or lost.
    mutating func allowance(at now: UInt64, sent: UInt64, nextExpected: UInt64) -> (send: Int, skip: Int) {
        guard now >= start else { return (0, 0) }
        switch pace {
        case .rate(let rate):
            return due(rate, at: now)
        case .window(let window):
            return (open(window, at: now, sent: sent, nextExpected: nextExpected), 0)
        }
    }

    /// After a pause at most 50 milliseconds' worth is caught up with: a burst would measure itself.
    private mutating func due(_ rate: Double, at now: UInt64) -> (send: Int, skip: Int) {
        let scheduled = UInt64(Double(now - start) / 1e9 * rate) + 1
        let due = Int(scheduled - min(scheduled, accounted))
        accounted = max(accounted, scheduled)
        let send = min(due, max(1, Int(rate / 20)))
        return (send, due - send)
    }

    private mutating func open(_ window: Int, at now: UInt64, sent: UInt64, nextExpected: UInt64) -> Int {
        if nextExpected > released {
            released = nextExpected
            lastProgress = now
        } else if sent > released, now - lastProgress > Self.patience {
            released = sent
            lastProgress = now
        }
        return max(0, window - Int(sent - min(sent, released)))
    }
}
