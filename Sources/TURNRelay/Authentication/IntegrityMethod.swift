// SPDX-License-Identifier: Apache-2.0

import OpenSSLCrypto
import STUNCodec
import TURNCredentials

/// How a message is authenticated: which key of the user, and which MAC is made with it.
struct IntegrityMethod: Hashable {
    enum Code: Hashable {
        /// HMAC-SHA1 in MESSAGE-INTEGRITY.
        case sha1
        /// HMAC-SHA256 in MESSAGE-INTEGRITY-SHA256.
        case sha256
    }

    let algorithm: KeyAlgorithm
    let code: Code

    /// What clients of RFC 5389 do.
    static let legacy = IntegrityMethod(algorithm: .md5, code: .sha1)
}

extension IntegrityMethod.Code {
    var attributeType: AttributeType {
        switch self {
        case .sha1: .messageIntegrity
        case .sha256: .messageIntegritySHA256
        }
    }

    var digest: DigestAlgorithm {
        switch self {
        case .sha1: .sha1
        case .sha256: .sha256
        }
    }
}
