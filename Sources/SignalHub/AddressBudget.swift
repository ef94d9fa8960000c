// SPDX-License-Identifier: Apache-2.0

/// What each address may do some times at once, and then once in a while: guess PINs or tokens, whatever
/// these are for, or join.
package struct AddressBudget: Sendable {
    private(set) var buckets: [String: TokenBucket] = [:]
    private let maximumAddresses: Int
    private let burst: Int
    private let interval: Duration

    /// - Parameters:
    ///   - burst: how many times an address has at once.
    ///   - interval: the time after which it has one more.
    package init(burst: Int, interval: Duration, maximumAddresses: Int) {
        self.burst = burst
        self.interval = interval
        self.maximumAddresses = maximumAddresses
    }

    /// Whether an address may do it now.
    package func admits(_ address: String, at now: Duration) -> Bool {
        guard var bucket = buckets[address] else { return buckets.count < maximumAddresses }
        bucket.refill(at: now)
        return bucket.affords(1)
    }

    /// Whether an address has done it of late.
    package func remembers(_ address: String) -> Bool { buckets[address] != nil }

    /// Whether there is no place for another address.
    package var isFull: Bool { buckets.count >= maximumAddresses }

    package mutating func spend(by address: String, at now: Duration) {
        var bucket = buckets[address] ?? TokenBucket(capacity: burst, interval: interval, at: now)
        bucket.refill(at: now)
        bucket.spend(1)
        buckets[address] = bucket
    }

    /// Addresses that have all back take no memory.
    package mutating func forget(at now: Duration) {
        buckets = buckets.filter { entry in
            var bucket = entry.value
            bucket.refill(at: now)
            return !bucket.isFull
        }
    }
}

extension AddressBudget {
    /// For what everybody does: it comes at once when a server restarts and all of an office come back.
    ///
    /// - Parameter perSecond: nil is returned for 0, which is no limit.
    static func arrivals(perSecond: Int) -> AddressBudget? {
        guard perSecond > 0 else { return nil }
        return AddressBudget(
            burst: perSecond * SignalLimits.arrivalBurstSeconds,
            interval: .seconds(1) / perSecond,
            maximumAddresses: 65_536
        )
    }

    /// Takes one; false when there is none.
    mutating func take(by address: String, at now: Duration) -> Bool {
        guard admits(address, at: now) else { return false }
        spend(by: address, at: now)
        return true
    }
}
