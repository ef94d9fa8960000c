// SPDX-License-Identifier: Apache-2.0

/// The parts of an ephemeral user name: `expiry`, `expiry:user` or `expiry:user#room=...`.
package struct EphemeralUsername: Hashable, Sendable {
    /// Bytes that fit USERNAME (RFC 8489, section 14.3).
    static let maximumLength = 508

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
        let bytes = Array(username.utf8)
        let colon = bytes.firstIndex(of: UInt8(ascii: ":")) ?? bytes.endIndex
        let expiry = bytes[..<colon]
        guard !expiry.isEmpty, expiry.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }),
            let expiresAt = Int64(String(decoding: expiry, as: UTF8.self))
        else { return nil }
        let (user, scope) = RoomScope.split(bytes[colon...].dropFirst())
        self.init(expiresAt: expiresAt, user: String(decoding: user, as: UTF8.self), scope: scope)
    }

    /// As it is sent. A `#` of the user is encoded, so that no choice of name makes a room's tag.
    package var text: String {
        let user = user.utf8.flatMap { $0 == UInt8(ascii: "#") ? Array("%23".utf8) : [$0] }
        return "\(expiresAt):\(String(decoding: user, as: UTF8.self))\(scope?.tag ?? "")"
    }
}
