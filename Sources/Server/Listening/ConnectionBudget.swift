// SPDX-License-Identifier: Apache-2.0

import STUNCodec
import Synchronization

/// Bounds connections, in total and for each address: of those that have not yet shown who they are, each costs a TLS
/// handshake and memory.
final class ConnectionBudget: Sendable {
    private struct Counts {
        var total = 0
        var byAddress: [IPAddress: Int] = [:]
    }

    private let total: Int
    private let perAddress: Int
    private let counts = Mutex(Counts())

    /// - Parameter perAddress: also what all of an office behind one address may have under way at once.
    init(total: Int = 4096, perAddress: Int = 256) {
        self.total = total
        self.perAddress = perAddress
    }

    /// Takes a place; false when there is none.
    func enter(_ address: IPAddress) -> Bool {
        counts.withLock { counts in
            guard counts.total < total, counts.byAddress[address, default: 0] < perAddress else { return false }
            counts.total += 1
            counts.byAddress[address, default: 0] += 1
            return true
        }
    }

    func leave(_ address: IPAddress) {
        counts.withLock { counts in
            guard let count = counts.byAddress[address] else { return assertionFailure("left without entering") }
            counts.total -= 1
            counts.byAddress[address] = count > 1 ? count - 1 : nil
        }
    }

    var inUse: Int { counts.withLock { $0.total } }
}
