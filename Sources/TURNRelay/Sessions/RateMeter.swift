// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// How fast something grows, from what is seen of it now and then: over the last whole second, about.
struct RateMeter {
    private static let interval = TimeAmount.seconds(1)

    private var begin: (total: Int, at: NIODeadline)?
    private(set) var perSecond = 0

    /// - Parameter total: since ever.
    mutating func note(_ total: Int, at now: NIODeadline) {
        guard let begin else {
            begin = (total, now)
            return
        }
        let elapsed = now - begin.at
        guard elapsed >= Self.interval else { return }
        perSecond = Int(Double(total - begin.total) * 1e9 / Double(elapsed.nanoseconds))
        self.begin = (total, now)
    }
}
