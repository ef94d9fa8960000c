// SPDX-License-Identifier: Apache-2.0

package import OpenSSLCrypto
import Synchronization

/// The long-term users of one realm, found by name or by USERHASH. Users may be replaced while the server runs; the
/// lock is held for a look-up, once for each request that is no part of an allocation yet.
package final class UserDirectory: Sendable {
    private struct Index {
        var byName: [String: LongTermUser] = [:]
        var byHash: [[UInt8]: LongTermUser] = [:]
        var everyoneHasSHA256 = true
    }

    package let realm: String
    private let index: Mutex<Index>

    /// - Parameter users: with keys that were made for `realm`. Of several with one name the last counts.
    package init(_ users: [LongTermUser], realm: String) {
        self.realm = realm
        index = Mutex(Self.index(of: users, realm: realm))
    }

    /// Allocations of users that are gone live on until their lifetime ends.
    package func replace(with users: [LongTermUser]) {
        // Hashing many users takes a while: not under the lock.
        let replacement = Self.index(of: users, realm: realm)
        index.withLock { $0 = replacement }
    }

    package func user(named name: String) -> LongTermUser? {
        index.withLock { $0.byName[name] }
    }

    /// - Parameter hash: the 32 bytes of USERHASH (RFC 8489, section 14.4).
    package func user(hash: [UInt8]) -> LongTermUser? {
        index.withLock { $0.byHash[hash] }
    }

    package var count: Int { index.withLock { $0.byName.count } }

    package var everyoneHasSHA256: Bool { index.withLock { $0.everyoneHasSHA256 } }

    private static func index(of users: [LongTermUser], realm: String) -> Index {
        var index = Index()
        for user in users {
            index.byName[user.name] = user
        }
        for user in index.byName.values {
            guard let hash = try? UserHash.value(username: user.name, realm: realm) else { continue }
            index.byHash[hash] = user
            index.everyoneHasSHA256 = index.everyoneHasSHA256 && user.keys.sha256 != nil
        }
        return index
    }
}

/// USERHASH: a user name that only those who know the user can read.
package enum UserHash {
    /// > userhash = SHA-256(OpaqueString(username) ":" OpaqueString(realm))
    /// RFC 8489, section 14.4.
    package static func value(username: String, realm: String) throws(OpenSSLError) -> [UInt8] {
        try digest(.sha256, Array("\(OpaqueString.enforce(username)):\(OpaqueString.enforce(realm))".utf8))
    }
}
