// SPDX-License-Identifier: Apache-2.0

import Foundation

/// The files that secrets of a turnserver.conf are moved to, readable by their owner alone.
struct SecretsDirectory {
    let path: String

    /// Makes the directory when there is none.
    init(_ path: String) throws(StartupError) {
        // The configuration may be read from another directory.
        self.path = URL(fileURLWithPath: path).path
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw .noInput("'\(path)' cannot be made: \(String(cString: strerror(errno)))")
        }
    }

    /// - Returns: the path of the file.
    func store(authSecrets: [String]) throws(StartupError) -> String {
        let file = path + "/auth-secrets"
        let descriptor = try Self.create(file)
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        do {
            try handle.write(contentsOf: Data((authSecrets.joined(separator: "\n") + "\n").utf8))
        } catch {
            throw .noInput("'\(file)' cannot be written")
        }
        return file
    }

    /// - Returns: the path of the user database.
    func store(users: [ImportedUser]) throws(StartupError) -> String {
        let file = path + "/users.db"
        let now = Int64(Date().timeIntervalSince1970)
        let stored = try users.map { user throws(StartupError) in try user.stored(now: now) }
        close(try Self.create(file))
        try UserDatabase.create(at: file).store(stored)
        return file
    }

    /// A file that is there already is somebody's: it is not written over.
    private static func create(_ file: String) throws(StartupError) -> Int32 {
        let descriptor = open(file, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw .noInput("'\(file)' cannot be made: \(String(cString: strerror(errno)))")
        }
        return descriptor
    }
}
