// SPDX-License-Identifier: Apache-2.0

/// What one client of the load counts.
struct FlowStatistics {
    var totals = LoadTotals()
    private var tracker = SequenceTracker()
    private var lastTransit: UInt64?
    /// RFC 3550, section 6.4.1, of the times there and back, in nanoseconds.
    private(set) var jitter = 0.0

    /// One above the highest sequence number that came back.
    var nextExpected: UInt64 { tracker.next }

    mutating func arrived(_ payload: LoadPayload, at now: UInt64) {
        switch tracker.record(payload.sequence) {
        case .duplicate:
            totals.duplicates += 1
            return
        case .reordered: totals.reordered += 1
        case .inOrder: break
        }
        totals.delivered += 1
        let transit = now &- payload.sentAt
        totals.roundTrip.record(transit)
        if let lastTransit {
            let difference = transit > lastTransit ? transit - lastTransit : lastTransit - transit
            jitter += (Double(difference) - jitter) / 16
        }
        lastTransit = transit
    }
}

/// Sums over clients.
struct LoadTotals: Sendable {
    var sent: UInt64 = 0
    /// Came back as they were sent, each counted once.
    var delivered: UInt64 = 0
    var corrupted: UInt64 = 0
    /// Came to a client that did not send them.
    var misdelivered: UInt64 = 0
    var duplicates: UInt64 = 0
    var reordered: UInt64 = 0
    /// What the asked rate had, and the connection or this machine was too slow for.
    var unsent: UInt64 = 0
    var roundTrip = LatencyHistogram()

    var lost: UInt64 { sent > delivered ? sent - delivered : 0 }

    mutating func add(_ other: LoadTotals) {
        sent += other.sent
        delivered += other.delivered
        corrupted += other.corrupted
        misdelivered += other.misdelivered
        duplicates += other.duplicates
        reordered += other.reordered
        unsent += other.unsent
        roundTrip.merge(other.roundTrip)
    }
}
