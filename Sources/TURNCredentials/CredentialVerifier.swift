// SPDX-License-Identifier: Apache-2.0

import OpenSSLCrypto

/// Keys that a request's MAC may have been made with, and what holds for their owner.
package struct VerifiableCredential: Sendable {
    package let username: String
    package let keys: LongTermKeys
    /// What quotas count by: an ephemeral user name without expiry and room.
    package let user: String
    package let scope: RoomScope?
    /// True for a credential with an expiry: its allocations have a maximum age.
    package let isEphemeral: Bool
}

/// Finds the keys that belong to a user name.
///
/// The verifier compares no MAC itself: the relay holds the bytes, and ``VerifiableCredential/keys`` are what it checks
/// them with, in constant time.
package struct CredentialVerifier: Sendable {
    private let users: UserDirectory
    private let secrets: [[UInt8]]

    /// - Parameters:
    ///   - users: of the realm that is verified for.
    ///   - secrets: all of them verify; several make a rotation without a gap.
    package init(users: UserDirectory, secrets: [String]) {
        self.users = users
        self.secrets = secrets.map { Array($0.utf8) }
    }

    package var realm: String { users.realm }

    /// False as soon as one user has an MD5 key alone.
    package var everyoneHasSHA256: Bool { users.everyoneHasSHA256 }

    /// False when there are ephemeral user names: their hash tells nothing about them.
    package var findsEveryoneByHash: Bool { secrets.isEmpty }

    /// The candidates for a user name: one for a long-term user, one for each secret for an ephemeral user name whose
    /// time has not passed, none otherwise.
    ///
    /// - Parameter now: seconds since 1970.
    package func candidates(for username: String, now: Int64) -> [VerifiableCredential] {
        if let user = users.user(named: username) { return [Self.credential(of: user)] }
        guard let name = EphemeralUsername(username), name.expiresAt > now else { return [] }
        return secrets.compactMap { secret in
            guard let password = try? CredentialIssuer.password(of: username, secret: secret),
                let keys = try? LongTermKeys(username: username, realm: realm, password: password)
            else { return nil }
            return VerifiableCredential(
                username: username,
                keys: keys,
                user: name.user,
                scope: name.scope,
                isEphemeral: true
            )
        }
    }

    /// The candidate for a USERHASH. Long-term users only: a hash of a name that was never seen cannot be inverted, and
    /// ephemeral user names are made elsewhere.
    package func candidates(forHash hash: [UInt8]) -> [VerifiableCredential] {
        users.user(hash: hash).map { [Self.credential(of: $0)] } ?? []
    }

    private static func credential(of user: LongTermUser) -> VerifiableCredential {
        VerifiableCredential(
            username: user.name,
            keys: user.keys,
            user: user.name,
            scope: nil,
            isEphemeral: false
        )
    }
}
