// SPDX-License-Identifier: Apache-2.0

package import OpenSSLCrypto

/// A key that an authorization server seals tokens with and this server opens them with (RFC 7635, section 4.1).
package struct OAuthKey: Sendable {
    /// Names the key. Clients send it as their user name.
    package let kid: String
    private let key: AEADKey
    private let expiresAt: Int64?

    /// - Parameters:
    ///   - key: of more bytes than the algorithm wants, the first are used, as other servers do.
    ///   - expiresAt: seconds since 1970 after which no token is taken; nil for a key that stays.
    package init(
        kid: String,
        algorithm: AEADAlgorithm,
        key: [UInt8],
        expiresAt: Int64? = nil
    ) throws(AEADError) {
        self.kid = kid
        self.key = try AEADKey(algorithm, key: Array(key.prefix(algorithm.keyLength)))
        self.expiresAt = expiresAt
    }

    /// - Parameters:
    ///   - serverName: that the token has to be made for.
    ///   - now: seconds since 1970.
    package func open(
        nonce: [UInt8],
        encryptedBlock: [UInt8],
        serverName: String,
        now: Int64
    ) throws(AccessTokenError) -> AccessGrant {
        guard expiresAt.map({ now < $0 }) ?? true else { throw .expired }
        guard let text = try? key.open(encryptedBlock, nonce: nonce, additional: Array(serverName.utf8)) else {
            throw .notAuthentic
        }
        let grant = try AccessGrant(decoding: text)
        guard grant.isValid(at: now) else { throw .expired }
        return grant
    }

    /// - Parameter nonce: 12 bytes, never twice with one key.
    /// - Returns: the encrypted block.
    package func seal(_ grant: AccessGrant, nonce: [UInt8], serverName: String) throws(AEADError) -> [UInt8] {
        try key.seal(grant.encoded, nonce: nonce, additional: Array(serverName.utf8))
    }
}
