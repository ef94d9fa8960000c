// SPDX-License-Identifier: Apache-2.0

import Foundation
import GRDB

/// The SQLite file of long-term users that `swiftturn users` writes and `swiftturn serve` follows.
///
/// Its journal is SQLite's default and not a write-ahead log: so a server can read it without the right to write.
struct UserDatabase: Sendable {
    let path: String
    private let queue: DatabaseQueue

    /// Opens the file for writing, and makes it when there is none: readable by its owner alone.
    static func create(at path: String) throws(StartupError) -> UserDatabase {
        // SQLite would go by the umask. Its journals get the mode of the file.
        let descriptor = open(path, O_CREAT | O_CLOEXEC | O_RDWR, 0o600)
        guard descriptor >= 0 else { throw .userDatabase(path, errno: errno) }
        close(descriptor)
        return try UserDatabase(path, isReadOnly: false)
    }

    /// Opens a file that exists.
    init(_ path: String, isReadOnly: Bool) throws(StartupError) {
        self.path = path
        guard access(path, isReadOnly ? R_OK : R_OK | W_OK) == 0 else { throw .userDatabase(path, errno: errno) }
        var configuration = Configuration()
        configuration.readonly = isReadOnly
        configuration.busyMode = .timeout(5)
        queue = try StartupError.wordingUserDatabase(path) {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try isReadOnly ? UserDatabaseSchema.check(queue) : UserDatabaseSchema.prepare(queue)
            return queue
        }
    }

    // MARK: Reading

    /// In the order of their realms and names.
    ///
    /// - Parameter realm: nil for the users of all realms.
    func users(realm: String? = nil) throws(StartupError) -> [StoredUser] {
        try StartupError.wordingUserDatabase(path) {
            try queue.read { try Self.users($0, realm) }
        }
    }

    /// The realms that have a user of this name, or any user.
    func realms(ofUser name: String? = nil) throws(StartupError) -> [String] {
        try StartupError.wordingUserDatabase(path) {
            try queue.read { database in
                let sql = "SELECT DISTINCT realm FROM users WHERE ?1 IS NULL OR name = ?1 ORDER BY realm"
                return try String.fetchAll(database, sql: sql, arguments: [name])
            }
        }
    }

    /// The users of a realm when another connection has written since `version`, which is nil at first.
    func users(realm: String, since version: Int64?) throws(StartupError) -> (version: Int64, users: [StoredUser])? {
        try StartupError.wordingUserDatabase(path) {
            try queue.read { database in
                let current = try Int64.fetchOne(database, sql: "PRAGMA data_version")
                guard let current, current != version else { return nil }
                return (current, try Self.users(database, realm))
            }
        }
    }

    private static func users(_ database: Database, _ realm: String?) throws -> [StoredUser] {
        let sql = "SELECT * FROM users WHERE ?1 IS NULL OR realm = ?1 ORDER BY realm, name"
        let users = try StoredUser.fetchAll(database, sql: sql, arguments: [realm])
        guard users.allSatisfy(\.isSound) else { throw UserDatabaseSchema.Unsound() }
        return users
    }

    // MARK: Writing

    /// Stores all or none. A user that is there already gets the new keys.
    func store(_ users: [StoredUser]) throws(StartupError) {
        try StartupError.wordingUserDatabase(path) {
            try queue.write { database in
                for user in users { try Self.store(user, database) }
            }
        }
    }

    private static func store(_ user: StoredUser, _ database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO users (realm, name, md5_key, sha256_key, created_at) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT (realm, name) DO UPDATE SET md5_key = excluded.md5_key, sha256_key = excluded.sha256_key
                """,
            arguments: [user.realm, user.name, user.md5Key, user.sha256Key, user.createdAt]
        )
    }

    /// False when there is no such user.
    func remove(name: String, realm: String) throws(StartupError) -> Bool {
        try StartupError.wordingUserDatabase(path) {
            try queue.write { database in
                try database.execute(sql: "DELETE FROM users WHERE realm = ? AND name = ?", arguments: [realm, name])
                return database.changesCount > 0
            }
        }
    }
}
