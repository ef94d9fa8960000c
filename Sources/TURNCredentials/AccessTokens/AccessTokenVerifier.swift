// SPDX-License-Identifier: Apache-2.0

import OpenSSLCrypto

/// Takes tokens of authorization servers that share keys with this server (RFC 7635).
package final class AccessTokenVerifier: Sendable {
    /// What tokens are made for; sent to clients in THIRD-PARTY-AUTHORIZATION.
    package let serverName: String
    private let keys: [String: OAuthKey]

    /// - Parameter keys: of several with one name the last counts.
    package init(serverName: String, keys: [OAuthKey]) {
        self.serverName = serverName
        self.keys = Dictionary(keys.map { ($0.kid, $0) }, uniquingKeysWith: { _, last in last })
    }

    /// coturn and its clients use the first 16 bytes of every token's key, as many as a long-term key has.
    private static let coturnKeyLength = 16

    /// The credentials that a token may stand for, before any message is checked with one; none for a token that is not
    /// to be taken.
    func candidates(kid: String, nonce: [UInt8], encryptedBlock: [UInt8], now: Int64) -> [VerifiableCredential] {
        guard let key = keys[kid],
            let grant = try? key.open(nonce: nonce, encryptedBlock: encryptedBlock, serverName: serverName, now: now),
            let fingerprint = try? digest(.sha256, grant.macKey)
        else { return [] }
        // A token names nobody. What it may use up is counted by itself, not by the key of all tokens.
        let user = "\(kid):\(Base64URL.encode(Array(fingerprint.prefix(9))))"
        return [grant.macKey, Array(grant.macKey.prefix(Self.coturnKeyLength))].map { macKey in
            VerifiableCredential(
                username: kid,
                keys: .session(macKey),
                user: user,
                scope: nil,
                isEphemeral: false,
                expiresAt: grant.expiresAt
            )
        }
    }
}
