// SPDX-License-Identifier: Apache-2.0

import DatagramIO
import Foundation

/// Files with keys in them: nobody but the owner reads them, and they hold all of a text or are as before.
enum AtomicFile {
    static func write(_ text: String, to path: String) throws(SystemCallError) {
        let file = URL(fileURLWithPath: path)
        let directory = file.deletingLastPathComponent().path
        // A name of its own for each writer: two servers may share the directory while one takes over from the other.
        var name = Array("\(directory)/.\(file.lastPathComponent).XXXXXX".utf8CString)
        // Made with mode 0600.
        let descriptor = mkstemp(&name)
        guard descriptor >= 0 else { throw SystemCallError(errno: errno) }
        do throws(SystemCallError) {
            defer { close(descriptor) }
            try fill(descriptor, Array(text.utf8))
            guard rename(name, path) == 0 else { throw SystemCallError(errno: errno) }
        } catch {
            unlink(name)
            throw error
        }
        try synchronize(directory: directory)
    }

    private static func fill(_ descriptor: Int32, _ bytes: [UInt8]) throws(SystemCallError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
            guard count >= 0 || errno == EINTR else { throw SystemCallError(errno: errno) }
            rest = rest.dropFirst(max(count, 0))
        }
        guard fsync(descriptor) == 0 else { throw SystemCallError(errno: errno) }
    }

    /// The new name too is to be there after a loss of power.
    private static func synchronize(directory: String) throws(SystemCallError) {
        let descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemCallError(errno: errno) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw SystemCallError(errno: errno) }
    }
}
