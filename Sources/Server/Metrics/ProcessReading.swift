// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What the system says about this process.
struct ProcessReading: Equatable, Sendable {
    var usage: ServerProcess.Usage
    /// Seconds since 1970.
    var startTime: Double
    var openFiles: Int
    /// Nil when there is no limit.
    var maximumFiles: Int?

    /// Nil where there is no /proc.
    static func current() -> ProcessReading? {
        guard let usage = ServerProcess(id: Int(ProcessInfo.processInfo.processIdentifier)).usage,
            let files = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
        else { return nil }
        // One of them was there to read the directory.
        return ProcessReading(
            usage: usage,
            startTime: startTime,
            openFiles: files.count - 1,
            maximumFiles: FileLimit.current
        )
    }

    /// When this was first asked for, which ``markStart()`` does at the start.
    private static let startTime = now

    /// Seconds since 1970.
    static var now: Double { Date().timeIntervalSince1970 }

    static func markStart() {
        _ = startTime
    }
}
