// SPDX-License-Identifier: Apache-2.0

package import OpenSSLCrypto
package import STUNCodec

/// How a test's client authenticates, right or wrong.
package struct TestAuthentication {
    package var algorithm: PasswordAlgorithm?
    package var list: PasswordAlgorithms?
    package var key: DigestAlgorithm
    package var hidesUsername = false
    package var hasIntegrity: Bool
    package var hasIntegritySHA256: Bool
    /// Bytes of MESSAGE-INTEGRITY-SHA256.
    package var lengthSHA256 = 32
    /// Changes a MAC after it was made.
    package var spoilsIntegrity = false
    package var spoilsIntegritySHA256 = false

    package init(
        algorithm: PasswordAlgorithm? = nil,
        list: PasswordAlgorithms? = nil,
        key: DigestAlgorithm = .md5,
        hasIntegrity: Bool = true,
        hasIntegritySHA256: Bool = false
    ) {
        self.algorithm = algorithm
        self.list = list
        self.key = key
        self.hasIntegrity = hasIntegrity
        self.hasIntegritySHA256 = hasIntegritySHA256
    }

    /// A client of RFC 5389.
    package static let legacy = TestAuthentication()
    /// A client of RFC 8489 that was offered both algorithms.
    package static let sha256 = TestAuthentication(
        algorithm: .sha256,
        list: PasswordAlgorithms([.sha256, .md5]),
        key: .sha256,
        hasIntegrity: false,
        hasIntegritySHA256: true
    )

    package func close(_ writer: inout STUNMessageWriter, _ credential: Credential, nonce: String) throws {
        if hidesUsername {
            let text = "\(credential.username):\(credential.realm)"
            writer.append(Userhash(hash: try digest(.sha256, Array(text.utf8))))
        } else {
            writer.append(Username(text: credential.username))
        }
        writer.append(Realm(text: credential.realm))
        writer.append(Nonce(text: nonce))
        if let list { writer.append(list) }
        if let algorithm { writer.append(algorithm) }
        let bytes = try credential.key(key)
        if hasIntegrity {
            let key = try HMACKey(.sha1, key: bytes)
            writer.appendMessageIntegrity { spoiled(key.authenticationCode(of: $0), if: spoilsIntegrity) }
        }
        if hasIntegritySHA256 {
            let key = try HMACKey(.sha256, key: bytes)
            writer.appendMessageIntegritySHA256(length: lengthSHA256) {
                spoiled(key.authenticationCode(of: $0), if: spoilsIntegritySHA256)
            }
        }
    }

    private func spoiled(_ mac: [UInt8], if isSpoiled: Bool) -> [UInt8] {
        isSpoiled ? mac.map { ~$0 } : mac
    }
}

extension Answer {
    /// Whether the answer has exactly one MAC, of this type, made with the key.
    package func isAuthenticated(by type: AttributeType, key: [UInt8]) throws -> Bool {
        let other: AttributeType = type == .messageIntegrity ? .messageIntegritySHA256 : .messageIntegrity
        let message = try STUNMessageView(bytes.rawSpan)
        guard let coverage = message.integrityCoverage(type), message.firstAttribute(other) == nil else { return false }
        let hmac = try HMACKey(type == .messageIntegrity ? .sha1 : .sha256, key: key)
        let mac = hmac.authenticationCode(of: coverage.header + message.bytes(in: coverage.body).array)
        return mac == message.bytes(in: coverage.mac).array
    }
}
