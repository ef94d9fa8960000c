// SPDX-License-Identifier: Apache-2.0

/// Keys that a request's MAC may have been made with, and what holds for their owner.
package struct VerifiableCredential: Sendable {
    package enum Keys: Sendable {
        case longTerm(LongTermKeys)
        /// Of an access token: the key itself, for whatever MAC.
        case session([UInt8])
    }

    package let username: String
    package let keys: Keys
    /// What quotas count by: an ephemeral user name without expiry and room.
    package let user: String
    package let scope: RoomScope?
    /// True for a credential with an expiry: its allocations have a maximum age.
    package let isEphemeral: Bool
    /// Seconds since 1970 at which allocations made with it end, unless they get another; nil when they need not.
    package let expiresAt: Int64?

    /// - Returns: nil when the user has no key for the algorithm.
    package func key(_ algorithm: KeyAlgorithm) -> [UInt8]? {
        switch keys {
        case .longTerm(let keys): keys.key(algorithm)
        case .session(let key): key
        }
    }

    package var isAccessToken: Bool {
        if case .session = keys { true } else { false }
    }
}
