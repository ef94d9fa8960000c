// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// Whether a client takes its media slower than it arrives, from samples of its send queue.
///
/// A burst that passes, as a key frame does, is no congestion. What is: something was dropped, or payloads waited long in
/// two samples in a row. It lasts until they have waited little, and nothing was dropped, in some samples in a row.
struct CongestionMonitor {
    /// Samples that are well, after which it is over.
    static let recovery = 4
    /// Between two reports: whoever sends needs a moment to see what a slower pace has changed.
    static let interval = TimeAmount.seconds(1)

    private enum State {
        case clear
        /// The last sample was long.
        case suspected
        case congested(wellSamples: Int)
    }

    private var state = State.clear
    /// Since the last report.
    private var sum = QueueSample()
    private var reportedAt: NIODeadline?

    /// - Parameter limit: the delay from which on a payload waited long; a third of it is little.
    /// - Returns: what has happened since the last report, when there is one to make.
    mutating func take(_ sample: QueueSample, limit: TimeAmount, at now: NIODeadline) -> QueueSample? {
        state = next(sample, limit: limit)
        guard case .congested(wellSamples: 0) = state else {
            if case .clear = state { sum = QueueSample() } else { sum.add(sample) }
            return nil
        }
        sum.add(sample)
        if let reportedAt, now - reportedAt < Self.interval { return nil }
        reportedAt = now
        defer { sum = QueueSample() }
        return sum
    }

    private func next(_ sample: QueueSample, limit: TimeAmount) -> State {
        let isLong = sample.delay >= limit
        switch state {
        case .clear where sample.dropped == 0: return isLong ? .suspected : .clear
        case .suspected where sample.dropped == 0: return isLong ? .congested(wellSamples: 0) : .clear
        case .clear, .suspected: return .congested(wellSamples: 0)
        case .congested(let wellSamples):
            let isWell = sample.dropped == 0 && sample.delay.nanoseconds < limit.nanoseconds / 3
            guard isWell else { return .congested(wellSamples: 0) }
            return wellSamples + 1 < Self.recovery ? .congested(wellSamples: wellSamples + 1) : .clear
        }
    }
}
