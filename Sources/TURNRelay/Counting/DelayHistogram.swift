// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// How long things waited: a histogram with a bucket for each power of two of milliseconds.
/// Without memory of its own: there is one for each write to a slow client.
package struct DelayHistogram: Sendable {
    /// The first is for less than a millisecond, the one at `index` for less than 2^index, the last for all that is more.
    package private(set) var counts = [14 of Int](repeating: 0)
    package private(set) var longest = TimeAmount.zero
    package private(set) var sum = TimeAmount.zero

    package init() {}

    mutating func add(_ delay: TimeAmount) {
        let delay = max(delay, .zero)
        longest = max(longest, delay)
        sum = sum + delay
        let milliseconds = UInt64(delay.nanoseconds / 1_000_000)
        counts[min(UInt64.bitWidth - milliseconds.leadingZeroBitCount, counts.count - 1)] += 1
    }

    package mutating func add(_ other: DelayHistogram) {
        longest = max(longest, other.longest)
        sum = sum + other.sum
        for index in counts.indices { counts[index] += other.counts[index] }
    }
}
