// SPDX-License-Identifier: Apache-2.0

import GRDB

/// The tables of the user database, as they came to be.
enum UserDatabaseSchema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("users") { database in
            try database.execute(
                sql: """
                    CREATE TABLE users (
                        realm TEXT NOT NULL,
                        name TEXT NOT NULL,
                        md5_key BLOB NOT NULL CHECK (length(md5_key) = 16),
                        sha256_key BLOB CHECK (length(sha256_key) = 32),
                        created_at INTEGER NOT NULL,
                        PRIMARY KEY (realm, name)
                    ) WITHOUT ROWID
                    """
            )
        }
        return migrator
    }

    /// Brings a file up to date. A database of something else is not touched; an empty one becomes ours.
    static func prepare(_ queue: DatabaseQueue) throws {
        let isForeign = try queue.read { database in
            let tables = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_master") ?? 0
            return try tables > 0 && migrator.appliedIdentifiers(database).isEmpty
        }
        guard !isForeign else { throw Foreign() }
        try migrator.migrate(queue)
    }

    /// Checks a file that is only read. One of a newer version is taken: it has all that is known here.
    static func check(_ queue: DatabaseQueue) throws {
        guard try queue.read(migrator.hasCompletedMigrations) else { throw Foreign() }
    }

    /// The file is a database of something else, or empty.
    struct Foreign: Error {}

    /// The file holds something that this program did not write.
    struct Unsound: Error {}
}
