// SPDX-License-Identifier: Apache-2.0

import SignalHub

/// Which addresses have tried too many wrong tokens.
///
/// Who has many addresses can fill the memory for them. Those that find no place in it are not blocked, or strangers could
/// keep the administrator out: a token is too long to be found by trying.
struct WrongTokens {
    static let burst = 5
    static let interval = Duration.seconds(12)
    static let maximumAddresses = 4096

    private var budget = AddressBudget(burst: burst, interval: interval, maximumAddresses: maximumAddresses)
    private var forgottenAt = Duration.zero

    func block(_ address: String, at now: Duration) -> Bool {
        budget.remembers(address) && !budget.admits(address, at: now)
    }

    mutating func note(from address: String, at now: Duration) {
        // Looking at all of them takes time, which strangers must not spend as often as they like.
        if budget.isFull, now - forgottenAt >= Self.interval {
            forgottenAt = now
            budget.forget(at: now)
        }
        if !budget.isFull || budget.remembers(address) { budget.spend(by: address, at: now) }
    }
}
