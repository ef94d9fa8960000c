// SPDX-License-Identifier: Apache-2.0

import OpenSSLCrypto

/// A key that a request's MESSAGE-INTEGRITY may have been made with, and what holds for its owner.
package struct VerifiableCredential: Sendable {
    /// The long-term key of RFC 8489, section 9.2.2.
    package let key: [UInt8]
    /// What quotas count by: an ephemeral user name without expiry and room.
    package let user: String
    package let scope: RoomScope?
    /// True for a credential with an expiry: its allocations have a maximum age.
    package let isEphemeral: Bool
}

/// Finds the keys that belong to a user name.
///
/// The verifier compares no MAC itself: the relay holds the bytes, and ``VerifiableCredential/key`` is what it checks
/// them with, in constant time.
package struct CredentialVerifier: Sendable {
    package let realm: String
    private let users: [String: LongTermUser]
    private let secrets: [[UInt8]]

    /// - Parameters:
    ///   - realm: of all users and secrets.
    ///   - secrets: all of them verify; several make a rotation without a gap.
    package init(realm: String, users: [LongTermUser], secrets: [String]) {
        self.realm = realm
        self.users = Dictionary(users.map { ($0.name, $0) }, uniquingKeysWith: { _, last in last })
        self.secrets = secrets.map { Array($0.utf8) }
    }

    /// The candidates for a user name: one for a long-term user, one for each secret for an ephemeral user name whose
    /// time has not passed, none otherwise.
    ///
    /// - Parameter now: seconds since 1970.
    package func candidates(for username: String, now: Int64) -> [VerifiableCredential] {
        if let user = users[username] {
            return [VerifiableCredential(key: user.key, user: username, scope: nil, isEphemeral: false)]
        }
        guard let name = EphemeralUsername(username), name.expiresAt > now else { return [] }
        return secrets.compactMap { secret in
            guard let password = try? CredentialIssuer.password(of: username, secret: secret),
                let key = try? LongTermKey.derive(username: username, realm: realm, password: password)
            else { return nil }
            return VerifiableCredential(key: key, user: name.user, scope: name.scope, isEphemeral: true)
        }
    }
}
