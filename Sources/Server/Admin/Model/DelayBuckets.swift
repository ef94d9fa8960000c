// SPDX-License-Identifier: Apache-2.0

import TURNRelay

/// A histogram of delays.
struct DelayBuckets: Codable, Equatable, Sendable {
    /// Each bucket is for less than this, in seconds, and for no less than the one before. The last has no bound.
    var bounds: [Double]
    /// Cumulative over time, not over buckets. One more than bounds.
    var counts: [Int]

    init(_ histogram: DelayHistogram = DelayHistogram()) {
        bounds = histogram.counts.indices.dropLast().map { Double(1 << $0) / 1000 }
        counts = histogram.counts.indices.map { histogram.counts[$0] }
    }

    /// What came after an earlier moment.
    func since(_ earlier: DelayBuckets) -> DelayBuckets {
        guard earlier.counts.count == counts.count else { return self }
        var result = self
        result.counts = zip(counts, earlier.counts).map { max(0, $0 - $1) }
        return result
    }

    /// A bound that this part of all delays stays below, in seconds; of the last bucket, its lower one. Zero for no delays.
    func quantile(_ part: Double) -> Double {
        let total = counts.reduce(0, +)
        guard total > 0, let last = bounds.last else { return 0 }
        let rank = max(1, Int((Double(total) * part).rounded(.up)))
        var seen = 0
        for (index, count) in counts.enumerated() {
            seen += count
            if seen >= rank { return index < bounds.count ? bounds[index] : last }
        }
        return last
    }
}
