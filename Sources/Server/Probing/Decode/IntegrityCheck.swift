// SPDX-License-Identifier: Apache-2.0

import OpenSSLCrypto
import STUNCodec

/// Keys that messages may be authenticated with, of a user name, realm and password.
struct IntegrityCheck {
    private let keys: [[UInt8]]

    /// - Parameter realm: without one, the password itself is the key: short-term credentials, as ICE has them
    ///   (RFC 8489, section 9.1.1).
    init(username: String, realm: String?, password: String) throws {
        guard let realm else {
            keys = [Array(password.utf8)]
            return
        }
        let text = Array("\(username):\(realm):\(password)".utf8)
        keys = [try digest(.md5, text), try digest(.sha256, text)]
    }

    /// Whether one of the keys made the message's MAC.
    ///
    /// - Parameter type: `messageIntegrity` or `messageIntegritySHA256`.
    func isRight(_ message: STUNMessageView, _ type: AttributeType) -> Bool {
        guard let coverage = message.integrityCoverage(type) else { return false }
        let algorithm: DigestAlgorithm = type == .messageIntegrity ? .sha1 : .sha256
        let claimed = message.bytes(in: coverage.mac).array
        return keys.contains { key in
            guard let key = try? HMACKey(algorithm, key: key) else { return false }
            let code = key.authenticationCode(of: coverage.header.rawSpan, message.bytes(in: coverage.body))
            return Array(code.prefix(claimed.count)) == claimed
        }
    }
}
