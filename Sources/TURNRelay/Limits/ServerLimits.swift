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
final class ServerBudget: Sendable {
    let allocations: SharedCount
    private let bucket: Mutex<SharedBucket?>

    init(_ limits: ServerLimits) {
        allocations = SharedCount(limit: limits.allocations)
        bucket = Mutex(limits.bytesPerSecond.map { SharedBucket(perSecond: $0) })
    }

    /// Nil when only each realm has a limit.
    var bandwidth: SharedBucket? { bucket.withLock { $0 } }

    func update(_ limits: ServerLimits) {
        allocations.setLimit(limits.allocations)
        bucket.withLock { $0 = SharedBucket.updated($0, perSecond: limits.bytesPerSecond) }
    }
}

/// A number of things that several owners have together.
final class SharedCount: Sendable {
    private struct State {
        var limit: Int?
        var count = 0
    }

    private let state: Mutex<State>

    /// - Parameter limit: nil for any number.
    init(limit: Int?) {
        state = Mutex(State(limit: limit))
    }

    /// What is there already stays, also when it is more.
    func setLimit(_ limit: Int?) {
        state.withLock { $0.limit = limit }
    }

    func take() -> Bool {
        state.withLock { state in
            if let limit = state.limit, state.count >= limit { return false }
            state.count += 1
            return true
        }
    }

    func giveBack() {
        state.withLock { $0.count -= 1 }
    }
}
