// SPDX-License-Identifier: Apache-2.0

import Foundation
import TURNCredentials

/// Notices changes of a user database that other processes make, also when they put another file in its place.
struct UserDatabaseWatch {
    private struct Opened {
        let database: UserDatabase
        let file: FileIdentity
        /// SQLite's `data_version` when the users were last read.
        var version: Int64?
    }

    private let path: String
    private let realm: String
    private var opened: Opened?

    init(path: String, realm: String) {
        self.path = path
        self.realm = realm
    }

    /// All users when they may have changed since the last call, nil when they have not. After an error the next call
    /// opens the file again.
    mutating func changedUsers() throws(StartupError) -> [LongTermUser]? {
        do throws(StartupError) {
            var current = try open()
            guard let (version, users) = try current.database.users(realm: realm, since: current.version) else {
                return nil
            }
            current.version = version
            opened = current
            return users.map(\.longTermUser)
        } catch {
            opened = nil
            throw error
        }
    }

    private func open() throws(StartupError) -> Opened {
        guard access(path, R_OK) == 0 else { throw .userDatabase(path, errno: errno) }
        guard let file = FileIdentity(path) else { throw .userDatabase(path, "it has gone") }
        if let opened, opened.file == file { return opened }
        return Opened(database: try UserDatabase(path, isReadOnly: true), file: file, version: nil)
    }
}

/// Tells a file from another one of the same name.
private struct FileIdentity: Equatable {
    let device: Int
    let inode: Int

    init?(_ path: String) {
        let target = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: target),
            let device = attributes[.systemNumber] as? NSNumber,
            let inode = attributes[.systemFileNumber] as? NSNumber
        else { return nil }
        self.device = device.intValue
        self.inode = inode.intValue
    }
}
