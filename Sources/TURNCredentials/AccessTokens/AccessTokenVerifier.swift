// SPDX-License-Identifier: Apache-2.0

import OpenSSLCrypto

/// Takes tokens of authorization servers that share keys with this server (RFC 7635).
package struct AccessTokenVerifier: Sendable {
    /// What tokens are made for; sent to clients in THIRD-PARTY-AUTHORIZATION.
    package let serverName: String
    private let keys: [String: OAuthKey]

    /// - Parameter keys: of several with one name the last counts.
    package init(serverName: String, keys: [OAuthKey]) {
        self.serverName = serverName
        self.keys = Dictionary(keys.map { ($0.kid, $0) }, uniquingKeysWith: { _, last in last })
    }

    /// The credential that a token is, before any message is checked with it.
    func credential(kid: String, nonce: [UInt8], encryptedBlock: [UInt8], now: Int64) -> VerifiableCredential? {
        guard let key = keys[kid],
            let grant = try? key.open(nonce: nonce, encryptedBlock: encryptedBlock, serverName: serverName, now: now),
            let fingerprint = try? digest(.sha256, grant.macKey)
        else { return nil }
        return VerifiableCredential(
            username: kid,
            keys: .session(grant.macKey),
            // A token names nobody. What it may use up is counted by itself, not by the key of all tokens.
            user: "\(kid):\(Base64URL.encode(Array(fingerprint.prefix(9))))",
            scope: nil,
            isEphemeral: false,
            expiresAt: grant.expiresAt
        )
    }
}
