// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// What all realms of a server may use together, beside the limits that each has; nil for no limit.
package struct ServerLimits: Equatable, Sendable {
    package var allocations: Int?
    /// Of payload, both directions together.
    package var bytesPerSecond: Int?

    package init() {}
}

/// What the realms of a server take from together.
struct ServerBudget: Sendable {
    let allocations: SharedCount?
    let bandwidth: SharedBucket?

    init(_ limits: ServerLimits) {
        allocations = limits.allocations.map(SharedCount.init(limit:))
        bandwidth = limits.bytesPerSecond.map { SharedBucket(perSecond: $0) }
    }
}

/// A number of things that several owners have together.
final class SharedCount: Sendable {
    private let limit: Int
    private let count = Mutex(0)

    init(limit: Int) {
        self.limit = limit
    }

    func take() -> Bool {
        count.withLock { count in
            guard count < limit else { return false }
            count += 1
            return true
        }
    }

    func giveBack() {
        count.withLock { $0 -= 1 }
    }
}
