// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// What comes first in a list of sessions.
package enum SessionOrder: String, CaseIterable, Sendable {
    /// Who has moved most.
    case bytes
    /// Who moves most now.
    case rate
    /// Who is there for the longest time.
    case age
    /// Whose payloads wait longest.
    case queue

    fileprivate func value(_ session: SessionRecord) -> Int64 {
        switch self {
        case .bytes: Int64(session.activity.bytes)
        case .rate: Int64(session.activity.bytesPerSecond)
        case .age: session.age.nanoseconds
        case .queue: session.activity.queueDelay.nanoseconds
        }
    }
}

/// The first sessions of all in some order. Takes no more memory than some times those.
package struct SessionListing: Sendable {
    private let order: SessionOrder
    private let limit: Int
    private var kept: [SessionRecord] = []
    /// Of all sessions.
    package private(set) var total = 0

    package init(order: SessionOrder, limit: Int) {
        self.order = order
        self.limit = limit
    }

    package mutating func add(_ sessions: [SessionRecord]) {
        total += sessions.count
        kept += sessions
        if kept.count > 2 * limit + Relay.slotsPerSlice { kept = self.sessions }
    }

    package var sessions: [SessionRecord] {
        // Equals keep their order, so that a list that is read again and again does not dance.
        Array(kept.sorted { order.value($0) > order.value($1) }.prefix(limit))
    }
}
