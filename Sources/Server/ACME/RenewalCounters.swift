// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// How often a certificate was asked for, and what came of it.
final class RenewalCounters: Sendable {
    enum Result: String, CaseIterable {
        case success
        case failure
    }

    private let state = Mutex<[Result: Int]>([:])

    var counts: [Result: Int] { state.withLock { $0 } }

    func count(_ result: Result) {
        state.withLock { $0[result, default: 0] += 1 }
    }
}
