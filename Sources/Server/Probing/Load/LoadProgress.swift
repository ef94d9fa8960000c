// SPDX-License-Identifier: Apache-2.0

import Foundation

/// How far a load is.
struct LoadProgress: Equatable, Sendable {
    var sent: UInt64 = 0
    var delivered: UInt64 = 0

    static func + (one: LoadProgress, other: LoadProgress) -> LoadProgress {
        LoadProgress(sent: one.sent + other.sent, delivered: one.delivered + other.delivered)
    }

    /// The line of a second.
    func line(second: Int, of duration: Int, since last: LoadProgress) -> String {
        let underWay = sent > delivered ? sent - delivered : 0
        return "\(second) s of \(duration)   sent \(sent - last.sent)/s   back \(delivered - last.delivered)/s"
            + "   missing or under way \(underWay)"
    }
}

/// A line that is written over itself, on a terminal alone.
enum LiveLine {
    static var isShown: Bool { isatty(STDERR_FILENO) == 1 }

    static func show(_ text: String) {
        FileHandle.standardError.write(Data("\r\u{1B}[K\(text)".utf8))
    }

    static func clear() {
        show("")
    }
}
