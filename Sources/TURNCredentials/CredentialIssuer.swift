// SPDX-License-Identifier: Apache-2.0

package import OpenSSLCrypto

/// Issues ephemeral credentials from a secret that the relay's ``CredentialVerifier`` also knows.
package struct CredentialIssuer: Sendable {
    private let secret: [UInt8]
    /// Seconds from issue to expiry.
    package let lifetime: Int64

    package init(secret: String, lifetime: Int64) {
        self.secret = Array(secret.utf8)
        self.lifetime = lifetime
    }

    /// - Parameters:
    ///   - user: any text; what quotas and logs know the client by.
    ///   - room: restricts the closed relay to allocations of the same room.
    ///   - now: seconds since 1970.
    package func issue(user: String, room: String?, now: Int64) throws(OpenSSLError) -> EphemeralCredential {
        let (expiry, overflow) = now.addingReportingOverflow(lifetime)
        let expiresAt = overflow ? Int64.max : expiry
        let name = EphemeralUsername(expiresAt: expiresAt, user: user, scope: room.map(RoomScope.init(name:))).text
        let password = try Self.password(of: name, secret: secret)
        return EphemeralCredential(username: name, password: password, expiresAt: expiresAt)
    }

    /// The password of the TURN REST convention: base64(HMAC-SHA1(secret, user name)).
    static func password(of username: String, secret: [UInt8]) throws(OpenSSLError) -> String {
        let key = try HMACKey(.sha1, key: secret)
        return base64Encoded(key.authenticationCode(of: Array(username.utf8)))
    }
}
