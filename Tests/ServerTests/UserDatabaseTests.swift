// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB
import Logging
import TURNCredentials
import Testing

@testable import Server

struct UserDatabaseTests {
    private let directory: URL

    init() throws {
        directory = FileManager.default.temporaryDirectory.appending(path: "users-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    private func inDirectory(_ body: (_ path: String) throws -> Void) throws {
        defer { try? FileManager.default.removeItem(at: directory) }
        try body(directory.appending(path: "users.db").path)
    }

    private func user(_ name: String, realm: String = "r", password: String = "p", at time: Int64 = 1) throws
        -> StoredUser
    {
        let keys = try LongTermKeys(username: name, realm: realm, password: password)
        return StoredUser(name: name, realm: realm, keys: keys, createdAt: time)
    }

    // MARK: The file

    @Test func aNewFileIsReadableByItsOwnerAlone() throws {
        try inDirectory { path in
            _ = try UserDatabase.create(at: path)
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
        }
    }

    @Test func usersAreKeptWithBothKeysAndWithoutPassword() throws {
        try inDirectory { path in
            try UserDatabase.create(at: path).store([try user("alice", password: "open sesame")])
            let read = try UserDatabase(path, isReadOnly: true).users()
            #expect(try read == [user("alice", password: "open sesame")])
            #expect(read.first?.keys.sha256?.count == 32)
            let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            #expect(bytes.range(of: Data("open sesame".utf8)) == nil)
        }
    }

    @Test func storingAUserAgainChangesKeysAndKeepsTheTime() throws {
        try inDirectory { path in
            let database = try UserDatabase.create(at: path)
            try database.store([try user("alice"), try user("alice", realm: "s")])
            try database.store([try user("alice", password: "new", at: 2)])
            #expect(try database.users(realm: "r") == [user("alice", password: "new", at: 1)])
            #expect(try database.users(realm: "s") == [user("alice", realm: "s")])
        }
    }

    @Test func `a name is only a name`() throws {
        let names = ["'; DROP TABLE users; --", "a\"b", "%s%n", "*", "a' OR '1'='1", "_", "%"]
        try inDirectory { path in
            let database = try UserDatabase.create(at: path)
            try database.store(try names.map { try user($0) } + [user("alice")])
            #expect(try Set(database.users().map(\.name)) == Set(names + ["alice"]))
            for name in names { #expect(try database.remove(name: name, realm: "r")) }
            #expect(try database.users() == [user("alice")])
        }
    }

    @Test func storingStoresAllOrNone() throws {
        try inDirectory { path in
            let database = try UserDatabase.create(at: path)
            let short = StoredUser(name: "b", realm: "r", keys: LongTermKeys(md5: [1], sha256: nil), createdAt: 1)
            #expect(throws: StartupError.self) { try database.store([try user("a"), short]) }
            #expect(try database.users().isEmpty)
        }
    }

    @Test func removingTellsWhetherThereWasOne() throws {
        try inDirectory { path in
            let database = try UserDatabase.create(at: path)
            try database.store([try user("a"), try user("b")])
            #expect(try database.remove(name: "a", realm: "r"))
            #expect(try !database.remove(name: "a", realm: "r"))
            #expect(try !database.remove(name: "b", realm: "other"))
            #expect(try database.users().map(\.name) == ["b"])
        }
    }

    @Test func aDatabaseOfSomethingElseIsNotTouched() throws {
        try inDirectory { path in
            try DatabaseQueue(path: path).write { try $0.execute(sql: "CREATE TABLE users (id INTEGER)") }
            let before = try Data(contentsOf: URL(fileURLWithPath: path))
            let error = StartupError.userDatabase(path, "it is not a user database of swiftturn")
            #expect(throws: error) { try UserDatabase.create(at: path) }
            #expect(throws: error) { try UserDatabase(path, isReadOnly: true) }
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
        }
    }

    @Test func whatCannotBeReadIsNamed() throws {
        try inDirectory { path in
            #expect(throws: StartupError.userDatabase(path, errno: ENOENT)) { try UserDatabase(path, isReadOnly: true) }
            try String(repeating: "no database. ", count: 100).write(toFile: path, atomically: true, encoding: .utf8)
            #expect(throws: StartupError.userDatabase(path, "file is not a database")) {
                try UserDatabase(path, isReadOnly: true)
            }
        }
    }

    @Test func aKeyThatIsTooShortIsAnError() throws {
        try inDirectory { path in
            _ = try UserDatabase.create(at: path)
            try DatabaseQueue(path: path).write {
                try $0.execute(sql: "PRAGMA ignore_check_constraints = 1")
                try $0.execute(sql: "INSERT INTO users VALUES ('r', 'a', x'00', NULL, 1)")
            }
            #expect(throws: StartupError.self) { try UserDatabase(path, isReadOnly: true).users() }
        }
    }

    // MARK: Following

    @Test func changesOfOthersAreNoticed() throws {
        try inDirectory { path in
            let database = try UserDatabase.create(at: path)
            var watch = UserDatabaseWatch(path: path, realm: "r")
            #expect(try watch.changedUsers()?.isEmpty == true)
            #expect(try watch.changedUsers() == nil)
            try database.store([try user("a"), try user("b", realm: "other")])
            #expect(try watch.changedUsers()?.map(\.name) == ["a"])
            #expect(try watch.changedUsers() == nil)
            _ = try database.remove(name: "a", realm: "r")
            #expect(try watch.changedUsers()?.isEmpty == true)
        }
    }

    @Test func anotherFileInItsPlaceIsNoticed() throws {
        try inDirectory { path in
            _ = try UserDatabase.create(at: path)
            var watch = UserDatabaseWatch(path: path, realm: "r")
            _ = try watch.changedUsers()
            try UserDatabase.create(at: path + ".new").store([try user("a")])
            #expect(rename(path + ".new", path) == 0)
            #expect(try watch.changedUsers()?.map(\.name) == ["a"])
        }
    }

    @Test func aBrokenFileKeepsTheUsersUntilItIsGoodAgain() async throws {
        let path = directory.appending(path: "users.db").path
        defer { try? FileManager.default.removeItem(at: directory) }
        try UserDatabase.create(at: path).store([try user("a")])
        let lines = LogLines()
        let logger = Logger(label: "test", factory: { _ in lines })
        let source = UserSource(try .init(configured: [], database: path, realm: "r"), realm: "r", logger: logger)
        #expect(source.directory.user(named: "a") != nil)
        try FileManager.default.removeItem(atPath: path)
        await source.refresh()
        await source.refresh()
        #expect(source.directory.user(named: "a") != nil)
        #expect(lines.messages == ["users not read again"])
        try UserDatabase.create(at: path).store([try user("b")])
        await source.refresh()
        #expect(source.directory.user(named: "a") == nil && source.directory.user(named: "b") != nil)
        #expect(lines.messages == ["users not read again", "users read again"])
    }

    @Test func usersOfTheConfigurationWin() async throws {
        let path = directory.appending(path: "users.db").path
        defer { try? FileManager.default.removeItem(at: directory) }
        let database = try UserDatabase.create(at: path)
        try database.store([try user("a", password: "stored")])
        let configured = try LongTermUser(name: "a", password: "configured", realm: "r")
        let source = UserSource(
            try .init(configured: [configured], database: path, realm: "r"),
            realm: "r",
            logger: Logger(label: "test")
        )
        #expect(source.directory.user(named: "a")?.keys.md5 == configured.keys.md5)
        try database.store([try user("b")])
        await source.refresh()
        #expect(source.directory.user(named: "a")?.keys.md5 == configured.keys.md5 && source.directory.count == 2)
    }

    @Test func aServerDoesNotStartWithoutItsDatabase() throws {
        try inDirectory { path in
            #expect(throws: StartupError.self) {
                try UserSource.Content(configured: [], database: path, realm: "r")
            }
        }
    }
}
