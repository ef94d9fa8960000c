// SPDX-License-Identifier: Apache-2.0

import STUNCodec
import TURNCredentials

/// The PASSWORD-ALGORITHMS that a challenge lists.
///
/// A client has to use the first that it knows (RFC 8489, section 9.2.5), before the server knows who the client is. So
/// SHA-256 is offered only while every user of the realm has a key for it. That can change when users are loaded; the
/// nonce keeps which list it was sent with.
package enum AlgorithmOffer: Character {
    case md5 = "1"
    case sha256AndMD5 = "2"

    var list: PasswordAlgorithms {
        switch self {
        case .md5: PasswordAlgorithms([.md5])
        case .sha256AndMD5: PasswordAlgorithms([.sha256, .md5])
        }
    }
}

extension KeyAlgorithm {
    init?(_ algorithm: PasswordAlgorithm) {
        switch algorithm {
        case .md5: self = .md5
        case .sha256: self = .sha256
        default: return nil
        }
    }
}
