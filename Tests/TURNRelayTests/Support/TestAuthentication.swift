// SPDX-License-Identifier: Apache-2.0

import OpenSSLCrypto
import STUNCodec

/// How a test's client authenticates, right or wrong.
struct TestAuthentication {
    var algorithm: PasswordAlgorithm?
    var list: PasswordAlgorithms?
    var key = DigestAlgorithm.md5
    var hidesUsername = false
    var hasIntegrity = true
    var hasIntegritySHA256 = false
    /// Bytes of MESSAGE-INTEGRITY-SHA256.
    var lengthSHA256 = 32
    /// Changes a MAC after it was made.
    var spoilsIntegrity = false
    var spoilsIntegritySHA256 = false

    /// A client of RFC 5389.
    static let legacy = TestAuthentication()
    /// A client of RFC 8489 that was offered both algorithms.
    static let sha256 = TestAuthentication(
        algorithm: .sha256,
        list: PasswordAlgorithms([.sha256, .md5]),
        key: .sha256,
        hasIntegrity: false,
        hasIntegritySHA256: true
    )

    func close(_ writer: inout STUNMessageWriter, _ credential: Credential, nonce: String) throws {
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
    func isAuthenticated(by type: AttributeType, key: [UInt8]) throws -> Bool {
        let other: AttributeType = type == .messageIntegrity ? .messageIntegritySHA256 : .messageIntegrity
        let message = try STUNMessageView(bytes.rawSpan)
        guard let coverage = message.integrityCoverage(type), message.firstAttribute(other) == nil else { return false }
        let hmac = try HMACKey(type == .messageIntegrity ? .sha1 : .sha256, key: key)
        let mac = hmac.authenticationCode(of: coverage.header + message.bytes(in: coverage.body).array)
        return mac == message.bytes(in: coverage.mac).array
    }
}
