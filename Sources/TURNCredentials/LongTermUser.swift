// SPDX-License-Identifier: Apache-2.0

package import OpenSSLCrypto

/// A user with a password that does not expire. Only the derived key is kept.
package struct LongTermUser: Sendable {
    package let name: String
    let key: [UInt8]

    package init(name: String, password: String, realm: String) throws(OpenSSLError) {
        self.name = name
        self.key = try LongTermKey.derive(username: name, realm: realm, password: password)
    }
}

enum LongTermKey {
    /// > key = MD5(username ":" OpaqueString(realm) ":" OpaqueString(password))
    /// RFC 8489, section 9.2.2.
    static func derive(username: String, realm: String, password: String) throws(OpenSSLError) -> [UInt8] {
        try digest(.md5, Array("\(username):\(realm):\(password)".utf8))
    }
}
