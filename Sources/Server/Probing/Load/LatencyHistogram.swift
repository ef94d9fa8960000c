// SPDX-License-Identifier: Apache-2.0

/// Counts durations in buckets that are never wider than a 32nd of what they hold: percentiles to 3 %, from nanoseconds
/// to centuries, in 15 KiB.
struct LatencyHistogram: Sendable {
    private static let steps = 32
    private var buckets = [UInt64](repeating: 0, count: 60 * steps)
    private(set) var count: UInt64 = 0
    private(set) var maximum: UInt64 = 0

    mutating func record(_ nanoseconds: UInt64) {
        buckets[Self.index(of: nanoseconds)] += 1
        count += 1
        maximum = max(maximum, nanoseconds)
    }

    mutating func merge(_ other: LatencyHistogram) {
        for index in buckets.indices { buckets[index] += other.buckets[index] }
        count += other.count
        maximum = max(maximum, other.maximum)
    }

    /// The least duration that so many percent don't exceed, in nanoseconds; zero when there is none.
    func percentile(_ percent: Double) -> UInt64 {
        let rank = UInt64((Double(count) * percent / 100).rounded(.up))
        var seen: UInt64 = 0
        for index in buckets.indices {
            seen += buckets[index]
            if seen >= max(rank, 1) { return min(Self.upperBound(of: index), maximum) }
        }
        return maximum
    }

    /// The first 32 buckets hold one number each; from there on, 32 for each power of two.
    private static func index(of value: UInt64) -> Int {
        guard value >= steps else { return Int(value) }
        let shift = UInt64.bitWidth - value.leadingZeroBitCount - 6
        return shift * steps + Int(value >> UInt64(shift))
    }

    private static func upperBound(of index: Int) -> UInt64 {
        guard index >= 2 * steps else { return UInt64(index) }
        let shift = UInt64(index / steps - 1)
        let lower = UInt64(index % steps + steps) << shift
        return lower + (1 << shift - 1)
    }
}
