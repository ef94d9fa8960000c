// SPDX-License-Identifier: Apache-2.0

package import OpenSSLCrypto

/// Why a credential is not issued.
package enum CredentialError: Error, CustomStringConvertible {
    /// User and room don't fit a user name that clients and servers accept.
    case nameTooLong
    case cryptography(OpenSSLError)

    package var description: String {
        switch self {
        case .nameTooLong: "the user and room are too long for a TURN user name of 508 bytes"
        case .cryptography(let error): error.description
        }
    }
}

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
    package func issue(user: String, room: String?, now: Int64) throws(CredentialError) -> EphemeralCredential {
        let (expiry, overflow) = now.addingReportingOverflow(lifetime)
        let expiresAt = overflow ? Int64.max : expiry
        let name = EphemeralUsername(expiresAt: expiresAt, user: user, scope: room.map(RoomScope.init(name:))).text
        guard name.utf8.count <= EphemeralUsername.maximumLength else { throw .nameTooLong }
        do throws(OpenSSLError) {
            let password = try Self.password(of: name, secret: secret)
            return EphemeralCredential(username: name, password: password, expiresAt: expiresAt)
        } catch {
            throw .cryptography(error)
        }
    }

    /// The password of the TURN REST convention: base64(HMAC-SHA1(secret, user name)).
    static func password(of username: String, secret: [UInt8]) throws(OpenSSLError) -> String {
        let key = try HMACKey(.sha1, key: secret)
        return base64Encoded(key.authenticationCode(of: Array(username.utf8)))
    }
}
