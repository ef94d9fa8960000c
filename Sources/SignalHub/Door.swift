// SPDX-License-Identifier: Apache-2.0

/// What a room asks of those who want in.
struct Door: Sendable {
    /// Everybody waits until a member lets them in.
    var isLocked = false
    var pin: String?
    /// Wrong PINs for this room from whatever address: many addresses together must not guess faster than one.
    var wrongPINs: TokenBucket

    enum Verdict: Hashable {
        case open
        case waits
        case needsPIN
        case wrongPIN
    }

    init(limits: SignalLimits, at now: Duration) {
        wrongPINs = TokenBucket(capacity: limits.roomWrongPINs, interval: limits.roomPINInterval, at: now)
    }

    /// Who knocks needs no PIN: a person decides.
    func verdict(pin given: String?, knocks: Bool) -> Verdict {
        if knocks { return pin == nil && !isLocked ? .open : .waits }
        if let pin {
            guard let given else { return .needsPIN }
            guard Self.isEqual(given, pin) else { return .wrongPIN }
        }
        return isLocked ? .waits : .open
    }

    /// Takes a time that depends on what was given alone: neither on where it differs from the PIN, nor on the PIN's length.
    private static func isEqual(_ given: String, _ pin: String) -> Bool {
        let (given, pin) = (Array(given.utf8), Array(pin.utf8))
        guard !pin.isEmpty else { return given.isEmpty }
        let difference = given.indices.reduce(given.count ^ pin.count) { $0 | Int(given[$1] ^ pin[$1 % pin.count]) }
        return difference == 0
    }
}

/// Wrong PINs of each address, whatever room they were for.
struct PINGuard: Sendable {
    private(set) var buckets: [String: TokenBucket] = [:]
    private let limits: SignalLimits

    init(limits: SignalLimits) {
        self.limits = limits
    }

    /// Whether an address may try a PIN now.
    func admits(_ address: String, at now: Duration) -> Bool {
        guard var bucket = buckets[address] else { return buckets.count < limits.connections }
        bucket.refill(at: now)
        return bucket.affords(1)
    }

    mutating func noteWrongPIN(from address: String, at now: Duration) {
        var bucket =
            buckets[address]
            ?? TokenBucket(
                capacity: limits.addressWrongPINs,
                interval: limits.addressPINInterval,
                at: now
            )
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
