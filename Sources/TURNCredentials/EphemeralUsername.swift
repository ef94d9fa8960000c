// SPDX-License-Identifier: Apache-2.0

/// The parts of an ephemeral user name: `expiry`, `expiry:user` or `expiry:user#room=name`.
package struct EphemeralUsername: Hashable, Sendable {
    /// Seconds since 1970.
    package let expiresAt: Int64
    package let user: String
    package let scope: RoomScope?

    package init(expiresAt: Int64, user: String, scope: RoomScope?) {
        self.expiresAt = expiresAt
        self.user = user
        self.scope = scope
    }

    /// Reads a user name as a client sends it; nil when its first part is no plain decimal number that fits.
    ///
    /// `Int64.init` would take a sign; a timestamp is digits only, so `-1` and `+1` are refused here.
    package init?(_ username: String) {
        let parts = username.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let expiry = parts.first, !expiry.isEmpty,
            expiry.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }),
            let expiresAt = Int64(expiry)
        else { return nil }
        let (user, scope) = RoomScope.split(parts.count > 1 ? parts[1] : "")
        self.init(expiresAt: expiresAt, user: String(user), scope: scope)
    }

    /// As it is sent. A `#` of the user is encoded, so that no choice of name makes a room's tag.
    package var text: String {
        let user = user.split(separator: "#", omittingEmptySubsequences: false).joined(separator: "%23")
        return "\(expiresAt):\(user)\(scope?.tag ?? "")"
    }
}
