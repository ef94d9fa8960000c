// SPDX-License-Identifier: Apache-2.0

import OpenSSLCrypto
import Testing

@testable import TURNCredentials

struct UserDirectoryTests {
    /// The example of RFC 8489, section 9.2.2, and `printf user:realm:pass | sha256sum`.
    @Test func keysAreThoseOfTheRFC() throws {
        let keys = try LongTermKeys(username: "user", realm: "realm", password: "pass")
        #expect(
            keys.md5 == [
                0x84, 0x93, 0xFB, 0xC5, 0x3B, 0xA5, 0x82, 0xFB, 0x4C, 0x04, 0x4C, 0x45, 0x6B, 0xDC, 0x40, 0xEB,
            ]
        )
        #expect(keys.sha256 == (try digest(.sha256, Array("user:realm:pass".utf8))))
    }

    @Test(arguments: [
        ("plain ASCII: \u{7}", "plain ASCII: \u{7}"), ("a\u{A0}b", "a b"), ("a\u{3000}b\u{2003}", "a b "),
        ("\u{30DE}\u{30C8}", "\u{30DE}\u{30C8}"), ("a\u{2028}b", "a\u{2028}b"), ("", ""),
    ])
    func opaqueStrings(text: String, enforced: String) {
        #expect(Array(OpaqueString.enforce(text).utf8) == Array(enforced.utf8))
    }

    @Test func usersAreFoundByNameAndByHash() throws {
        let users = UserDirectory([try LongTermUser(name: "alice", password: "a", realm: "r")], realm: "r")
        let hash = try UserHash.value(username: "alice", realm: "r")
        #expect(users.user(named: "alice")?.name == "alice" && users.user(hash: hash)?.name == "alice")
        #expect(users.user(named: "Alice") == nil && users.user(hash: []) == nil)
        #expect(users.user(hash: try UserHash.value(username: "alice", realm: "s")) == nil)
    }

    @Test func usersAreReplaced() throws {
        let users = UserDirectory([try LongTermUser(name: "alice", password: "a", realm: "r")], realm: "r")
        let bob = try LongTermUser(name: "bob", password: "b", realm: "r")
        users.replace(with: [bob, LongTermUser(name: "bob", keys: LongTermKeys(md5: [1], sha256: nil))])
        #expect(users.count == 1 && users.user(named: "alice") == nil && users.user(named: "bob")?.keys.md5 == [1])
        #expect(users.user(hash: try UserHash.value(username: "alice", realm: "r")) == nil)
        #expect(!users.everyoneHasSHA256)
        users.replace(with: [bob])
        #expect(users.everyoneHasSHA256)
    }
}
