// SPDX-License-Identifier: Apache-2.0

import OpenSSLCrypto

/// Finds the keys that belong to a user name.
///
/// The verifier compares no MAC itself: the relay holds the bytes, and ``VerifiableCredential/keys`` are what it checks
/// them with, in constant time.
package struct CredentialVerifier: Sendable {
    private let users: UserDirectory
    private let secrets: [[UInt8]]
    private let tokens: AccessTokenVerifier?

    /// - Parameters:
    ///   - users: of the realm that is verified for.
    ///   - secrets: all of them verify; several make a rotation without a gap.
    ///   - tokens: nil when no authorization server is trusted.
    package init(users: UserDirectory, secrets: [String], tokens: AccessTokenVerifier? = nil) {
        self.users = users
        self.secrets = secrets.map { Array($0.utf8) }
        self.tokens = tokens
    }

    package var realm: String { users.realm }

    /// False as soon as one user has an MD5 key alone.
    package var everyoneHasSHA256: Bool { users.everyoneHasSHA256 }

    /// False when there are ephemeral user names or tokens: a hash tells nothing about their users.
    package var findsEveryoneByHash: Bool { secrets.isEmpty && tokens == nil }

    /// The name that tokens have to be made for; nil when none are taken.
    package var tokenServerName: String? { tokens?.serverName }

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
                keys: .longTerm(keys),
                user: name.user,
                scope: name.scope,
                isEphemeral: true,
                expiresAt: nil
            )
        }
    }

    /// Whether a user name would be ephemeral, had its time not passed.
    package func hasExpired(_ username: String, now: Int64) -> Bool {
        guard !secrets.isEmpty, let name = EphemeralUsername(username) else { return false }
        return name.expiresAt <= now
    }

    /// The candidate for a USERHASH. Long-term users only: a hash of a name that was never seen cannot be inverted, and
    /// ephemeral user names are made elsewhere.
    package func candidates(forHash hash: [UInt8]) -> [VerifiableCredential] {
        users.user(hash: hash).map { [Self.credential(of: $0)] } ?? []
    }

    /// The candidates for a token (RFC 7635) that was sealed with the key that `kid` names, for this server, and whose
    /// time has not passed; none otherwise.
    package func candidates(kid: String, nonce: [UInt8], encryptedBlock: [UInt8], now: Int64) -> [VerifiableCredential]
    {
        tokens?.candidates(kid: kid, nonce: nonce, encryptedBlock: encryptedBlock, now: now) ?? []
    }

    private static func credential(of user: LongTermUser) -> VerifiableCredential {
        VerifiableCredential(
            username: user.name,
            keys: .longTerm(user.keys),
            user: user.name,
            scope: nil,
            isEphemeral: false,
            expiresAt: nil
        )
    }
}
