// SPDX-License-Identifier: Apache-2.0

import Logging
import TURNCredentials

/// The long-term users of a server: those of its configuration, and those of the user database as they change.
actor UserSource {
    /// Users as they were when they were read, and what tells of changes.
    struct Content: Sendable {
        fileprivate let configured: [LongTermUser]
        fileprivate let stored: [LongTermUser]
        fileprivate let watch: UserDatabaseWatch?

        /// Reads the users; a database that cannot be read is an error.
        ///
        /// - Parameter configured: win over users of the same name in the database.
        init(configured: [LongTermUser], database path: String?, realm: String) throws(StartupError) {
            self.configured = configured
            var watch = path.map { UserDatabaseWatch(path: $0, realm: realm) }
            stored = try watch?.changedUsers() ?? []
            self.watch = watch
        }

        init(_ options: RealmOptions, realm: String) throws {
            let users = try options.users.map { try LongTermUser(name: $0.name, password: $0.password, realm: realm) }
            try self.init(configured: users, database: options.userDatabase, realm: realm)
        }

        fileprivate var users: [LongTermUser] { stored + configured }
    }

    nonisolated let directory: UserDirectory
    private var configured: [LongTermUser]
    private var watch: UserDatabaseWatch?
    private let logger: Logger
    /// So that a file that stays broken is told of once.
    private var isBroken = false

    private static let interval = Duration.seconds(1)

    init(_ content: Content, realm: String, logger: Logger) {
        configured = content.configured
        watch = content.watch
        directory = UserDirectory(content.users, realm: realm)
        self.logger = logger
    }

    /// Goes on with other users and, possibly, another database.
    func replace(with content: Content) {
        configured = content.configured
        watch = content.watch
        isBroken = false
        directory.replace(with: content.users)
    }

    /// Follows the database, if there is one, until the task is cancelled.
    func follow() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: Self.interval)
            refresh()
        }
    }

    /// Takes over what has changed. While the database cannot be read, the users stay as they are.
    func refresh() {
        do throws(StartupError) {
            let changed = try watch?.changedUsers()
            isBroken = false
            guard let changed else { return }
            directory.replace(with: changed + configured)
            logger.info("users read again", metadata: ["realm": "\(directory.realm)", "count": "\(directory.count)"])
        } catch {
            if !isBroken {
                logger.error("users not read again", metadata: ["realm": "\(directory.realm)", "error": "\(error)"])
            }
            isBroken = true
        }
    }
}
