// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import TURNCredentials
import Testing

@testable import Server

/// Users as coturn keeps them.
struct UserImportTests {
    /// The pair of user and key that coturn's documentation has: both forms give the same key.
    @Test func aKeyIsWhatItsPasswordMakes() async throws {
        let text = "ninefingers:youhavetoberealistic\nninefingers:0xbc807ee29df3c9ffa736523fb2c4e8ee\n"
        try await withFile(text) { path in
            let users = try CoturnUserText.users(path, realm: "north.gov").map { try $0.stored(now: 1) }
            #expect(users.count == 2 && users[0].md5Key == users[1].md5Key)
            #expect(users[0].sha256Key != nil && users[1].sha256Key == nil)
        }
    }

    @Test func aTurnserverConfGivesItsUsersAndRealm() async throws {
        let text = """
            # user=commented:out
            alternate-server=192.0.2.1:3478
              user=alice:pass:word
            user "bob:with space "
            realm=example.org
            """
        try await withFile(text) { path in
            let users = try CoturnUserText.users(path, realm: nil)
            #expect(users.map(\.name) == ["alice", "bob"] && users.allSatisfy { $0.realm == "example.org" })
            #expect(users.map(\.secret) == [.password("pass:word"), .password("with space ")])
            #expect(try CoturnUserText.users(path, realm: "other").first?.realm == "other")
        }
    }

    @Test(arguments: ["alice", ":secret", "alice:", "alice:0x12", "alice:0xzc807ee29df3c9ffa736523fb2c4e8ee"])
    func aLineThatNamesNoUserIsAnErrorWithoutItsText(line: String) async throws {
        try await withFile("# comment\nok:ok\n\(line)\n") { path in
            let problem = "'\(path)', line 3: not NAME:PASSWORD or NAME:0xKEY with 32 digits"
            #expect(throws: StartupError.configuration(problem)) { try CoturnUserText.users(path, realm: "r") }
        }
    }

    @Test func namesThatNoClientCanSendAreRefused() throws {
        for name in ["", "a\nb", "\u{1B}[2J", String(repeating: "a", count: 509)] {
            let user = ImportedUser(name: name, realm: "r", secret: .password("p"))
            #expect(throws: StartupError.self) { try user.stored(now: 1) }
        }
    }

    @Test func coturnsDatabase() async throws {
        try await withFile("") { path in
            try DatabaseQueue(path: path).write {
                try $0.execute(
                    sql: "CREATE TABLE turnusers_lt (realm varchar(127), name varchar(512), hmackey char(128))"
                )
                try $0.execute(
                    sql: "INSERT INTO turnusers_lt VALUES ('a', 'alice', ?), ('b', 'bob', ?)",
                    arguments: [String(repeating: "0F", count: 16), String(repeating: "10", count: 16)]
                )
            }
            #expect(CoturnDatabase.isDatabase(path))
            let users = try CoturnDatabase.users(path, realm: nil)
            #expect(
                users.first == ImportedUser(name: "alice", realm: "a", secret: .md5Key(Array(repeating: 15, count: 16)))
            )
            #expect(try users.count == 2 && CoturnDatabase.users(path, realm: "b").map(\.name) == ["bob"])
            try DatabaseQueue(path: path).write { try $0.execute(sql: "UPDATE turnusers_lt SET hmackey = 'secret'") }
            #expect { try CoturnDatabase.users(path, realm: nil) } throws: { !"\($0)".contains("secret") }
        }
    }
}
