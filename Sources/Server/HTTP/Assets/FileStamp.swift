// SPDX-License-Identifier: Apache-2.0

import CFileStamp

/// What changes when a file does.
struct FileStamp: Equatable, Sendable {
    private let stamp: file_stamp

    /// Nil when there is no such file.
    init?(path: String) {
        var stamp = file_stamp()
        guard file_stamp_read(path, &stamp) else { return nil }
        self.stamp = stamp
    }

    static func == (one: FileStamp, other: FileStamp) -> Bool {
        (one.stamp.file, one.stamp.size, one.stamp.seconds, one.stamp.nanoseconds)
            == (other.stamp.file, other.stamp.size, other.stamp.seconds, other.stamp.nanoseconds)
    }
}
