// SPDX-License-Identifier: Apache-2.0

import Foundation
import Logging
import Synchronization

/// Where the lines of all loggers go: their level, their form, and how many of a kind there may be.
final class LogOutput: Sendable {
    private static let levels = Logger.Level.allCases

    private let format: LogFormat
    /// Of `levels`.
    private let levelIndex: Atomic<Int>
    private let limiter = Mutex(LogLimiter())
    private let write: @Sendable (String) -> Void

    /// - Parameter write: takes whole lines, from any thread.
    init(
        level: Logger.Level,
        format: LogFormat,
        write: @escaping @Sendable (String) -> Void = { printError($0) }
    ) {
        levelIndex = Atomic(Self.index(of: level))
        self.format = format
        self.write = write
    }

    /// May change while loggers are in use, wherever copies of them are.
    var level: Logger.Level {
        get { Self.levels[levelIndex.load(ordering: .relaxed)] }
        set { levelIndex.store(Self.index(of: newValue), ordering: .relaxed) }
    }

    private static func index(of level: Logger.Level) -> Int { levels.firstIndex(of: level) ?? 0 }

    func logger() -> Logger {
        Logger(label: "swiftturn", factory: { _ in Handler(output: self) })
    }

    private func take(_ line: LogLine) {
        // Whoever asks for these lines wants all of them.
        if line.level > .debug {
            guard case .write(let suppressed) = limiter.withLock({ $0.admit(line.message, at: Self.uptime) }) else {
                return
            }
            if suppressed > 0 { tell(line.message, suppressed) }
        }
        write(line.text(as: format))
    }

    private func tell(_ message: String, _ count: Int) {
        let metadata: Logger.Metadata = ["count": .stringConvertible(count), "of": "\(message)"]
        let line = LogLine(
            time: Date(),
            level: .notice,
            message: "\(count) similar lines suppressed",
            metadata: metadata
        )
        write(line.text(as: format))
    }

    /// Tells what has been suppressed without a later line that said so, until the task is cancelled.
    func tellSuppressed() async {
        while !Task.isCancelled {
            try? await Task.sleep(for: .seconds(1))
            for (message, count) in limiter.withLock({ $0.overdue(at: Self.uptime) }) { tell(message, count) }
        }
    }

    private static let start = ContinuousClock().now
    private static var uptime: Duration { ContinuousClock().now - start }

    private struct Handler: LogHandler {
        let output: LogOutput
        var metadata: Logger.Metadata = [:]

        func log(event: LogEvent) {
            let metadata = metadata.merging(event.metadata ?? [:]) { _, own in own }
            output.take(LogLine(time: Date(), level: event.level, message: "\(event.message)", metadata: metadata))
        }

        var logLevel: Logger.Level {
            get { output.level }
            set { output.level = newValue }
        }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }
    }
}
