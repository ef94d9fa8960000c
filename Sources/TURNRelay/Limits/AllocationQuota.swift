// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Counts allocations of a realm, per user and in total, over all threads.
package final class AllocationQuota: Sendable {
    enum Refusal: Equatable, Sendable {
        /// 486 (Allocation Quota Reached).
        case userQuotaReached
        /// 508 (Insufficient Capacity).
        case serverFull
    }

    private struct Counts {
        var perUser: Int
        var limit: Int
        var total = 0
        var byUser: [String: Int] = [:]
    }

    private let server: SharedCount?
    private let counts: Mutex<Counts>

    /// - Parameter server: of all realms together; nil when only each has a limit.
    init(perUser: Int, total: Int, server: SharedCount? = nil) {
        counts = Mutex(Counts(perUser: perUser, limit: total))
        self.server = server
    }

    /// Allocations that there are stay, also when they are more.
    func update(perUser: Int, total: Int) {
        counts.withLock { counts in
            counts.perUser = perUser
            counts.limit = total
        }
    }

    /// Takes one for a user, or says why not.
    func acquire(user: String) -> Refusal? {
        counts.withLock { counts in
            guard counts.byUser[user, default: 0] < counts.perUser else { return .userQuotaReached }
            guard counts.total < counts.limit, server?.take() != false else { return .serverFull }
            counts.total += 1
            counts.byUser[user, default: 0] += 1
            return nil
        }
    }

    func release(user: String) {
        counts.withLock { counts in
            guard let count = counts.byUser[user] else { return assertionFailure("released without acquire") }
            server?.giveBack()
            counts.total -= 1
            counts.byUser[user] = count > 1 ? count - 1 : nil
        }
    }

    package var totalInUse: Int { counts.withLock { $0.total } }
}
