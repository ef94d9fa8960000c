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
            guard SecretText.isEqual(given, pin) else { return .wrongPIN }
        }
        return isLocked ? .waits : .open
    }
}
