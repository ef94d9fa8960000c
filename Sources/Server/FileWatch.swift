// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Notices that files were written, or replaced by others.
struct FileWatch {
    /// To be waited for between two looks.
    static let interval = Duration.seconds(2)

    /// Tells the contents of a path from earlier ones.
    private struct Stamp: Equatable {
        let device: dev_t
        let inode: ino_t
        let size: off_t
        let seconds: Int
        let nanoseconds: Int

        /// Follows links: what those of certbot lead to is replaced, not what they are.
        init?(_ path: String) {
            var status = stat()
            guard stat(path, &status) == 0 else { return nil }
            device = status.st_dev
            inode = status.st_ino
            size = status.st_size
            seconds = status.st_mtim.tv_sec
            nanoseconds = status.st_mtim.tv_nsec
        }
    }

    private let paths: [String]
    /// As they were when ``hasChanged()`` last said so.
    private var known: [Stamp?]
    private var seen: [Stamp?]

    init(paths: [String]) {
        self.paths = paths
        known = paths.map(Stamp.init)
        seen = known
    }

    /// Whether the files are others than at the last time, and as they were at the last look: a certificate and its key are
    /// not written in one moment.
    mutating func hasChanged() -> Bool {
        let now = paths.map(Stamp.init)
        defer { seen = now }
        guard now == seen, now != known else { return false }
        known = now
        return true
    }
}
