// SPDX-License-Identifier: Apache-2.0

import Logging
import TURNCredentials

/// The long-term users of a server: those of its configuration, and those of the user database as they change.
actor UserSource {
    nonisolated let directory: UserDirectory
    private let configured: [LongTermUser]
    private var watch: UserDatabaseWatch?
    private let logger: Logger
    /// So that a file that stays broken is told of once.
    private var isBroken = false

    private static let interval = Duration.seconds(1)

    /// Reads the users for the first time; a database that cannot be read is an error.
    ///
    /// - Parameter configured: win over users of the same name in the database.
    init(configured: [LongTermUser], database path: String?, realm: String, logger: Logger) throws {
        self.configured = configured
        self.logger = logger
        watch = path.map { UserDatabaseWatch(path: $0, realm: realm) }
        let stored = try watch?.changedUsers() ?? []
        directory = UserDirectory(stored + configured, realm: realm)
    }

    /// Follows the database until the task is cancelled.
    func follow() async {
        guard watch != nil else { return }
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
