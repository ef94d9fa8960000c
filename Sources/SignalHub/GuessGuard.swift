// SPDX-License-Identifier: Apache-2.0

/// Wrong guesses of each address: of PINs, whatever room they were for, or of tokens.
struct GuessGuard: Sendable {
    private(set) var buckets: [String: TokenBucket] = [:]
    private let maximumAddresses: Int
    private let guesses: Int
    private let interval: Duration

    /// - Parameters:
    ///   - guesses: how many an address has at once.
    ///   - interval: the time after which it has one more.
    init(guesses: Int, interval: Duration, maximumAddresses: Int) {
        self.guesses = guesses
        self.interval = interval
        self.maximumAddresses = maximumAddresses
    }

    /// Whether an address may guess now.
    func admits(_ address: String, at now: Duration) -> Bool {
        guard var bucket = buckets[address] else { return buckets.count < maximumAddresses }
        bucket.refill(at: now)
        return bucket.affords(1)
    }

    mutating func noteWrong(from address: String, at now: Duration) {
        var bucket = buckets[address] ?? TokenBucket(capacity: guesses, interval: interval, at: now)
        bucket.refill(at: now)
        bucket.spend(1)
        buckets[address] = bucket
    }

    /// Addresses that are forgiven take no memory.
    mutating func forget(at now: Duration) {
        buckets = buckets.filter { entry in
            var bucket = entry.value
            bucket.refill(at: now)
            return !bucket.isFull
        }
    }
}
