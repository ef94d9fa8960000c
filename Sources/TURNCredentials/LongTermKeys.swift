// SPDX-License-Identifier: Apache-2.0

package import OpenSSLCrypto

/// How a long-term key is made of a password (RFC 8489, section 18.5.1: the registry "STUN Password Algorithms").
package enum KeyAlgorithm: Hashable, Sendable, CaseIterable {
    case md5
    case sha256
}

/// The keys of one user in one realm (RFC 8489, section 9.2.2). The password cannot be had back from them, but each is
/// as good as the password in its realm.
package struct LongTermKeys: Sendable {
    /// 16 bytes; every client can use it.
    package let md5: [UInt8]
    /// 32 bytes; nil for a user that was imported with the MD5 key only, and then SHA-256 does not authenticate it.
    package let sha256: [UInt8]?

    package init(md5: [UInt8], sha256: [UInt8]?) {
        self.md5 = md5
        self.sha256 = sha256
    }

    /// > key = MD5(username ":" OpaqueString(realm) ":" OpaqueString(password))
    /// RFC 8489, section 18.5.1.1; the same with SHA-256 in section 18.5.1.2.
    package init(username: String, realm: String, password: String) throws(OpenSSLError) {
        let text = "\(OpaqueString.enforce(username)):\(OpaqueString.enforce(realm)):\(OpaqueString.enforce(password))"
        md5 = try digest(.md5, Array(text.utf8))
        sha256 = try digest(.sha256, Array(text.utf8))
    }

    package func key(_ algorithm: KeyAlgorithm) -> [UInt8]? {
        switch algorithm {
        case .md5: md5
        case .sha256: sha256
        }
    }
}
