// SPDX-License-Identifier: Apache-2.0

/// How much is written to a client at once.
///
/// The kernel takes a write whole, however slow the client is, and what it has taken can't be dropped any more. So that
/// little is there when a client is slow, writes become smaller with each that was not taken at once, and larger again
/// with each full one that was.
struct WritePace {
    static let range = 2 * 1024...64 * 1024

    /// In bytes; the last frame may exceed it.
    private(set) var limit = range.upperBound

    mutating func wrote(_ length: Int, wasTaken: Bool) {
        if !wasTaken {
            limit = max(limit / 2, Self.range.lowerBound)
        } else if length >= limit {
            limit = min(limit * 2, Self.range.upperBound)
        }
    }
}
