// SPDX-License-Identifier: Apache-2.0

import Logging
import Synchronization

/// The level of all loggers of the process, wherever copies of them are. It may change while they are in use.
final class SharedLogLevel: Sendable {
    private static let levels = Logger.Level.allCases

    /// Of `levels`.
    private let index: Atomic<Int>

    init(_ level: Logger.Level) {
        index = Atomic(Self.index(of: level))
    }

    var level: Logger.Level {
        get { Self.levels[index.load(ordering: .relaxed)] }
        set { index.store(Self.index(of: newValue), ordering: .relaxed) }
    }

    private static func index(of level: Logger.Level) -> Int { levels.firstIndex(of: level) ?? 0 }
}

/// Writes to standard error what the shared level lets through.
struct SharedLevelLogHandler: LogHandler {
    private let shared: SharedLogLevel
    private var base: StreamLogHandler

    init(label: String, level: SharedLogLevel) {
        shared = level
        base = StreamLogHandler.standardError(label: label)
    }

    func log(event: LogEvent) { base.log(event: event) }

    var logLevel: Logger.Level {
        get { shared.level }
        set { shared.level = newValue }
    }

    var metadata: Logger.Metadata {
        get { base.metadata }
        set { base.metadata = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { base[metadataKey: key] }
        set { base[metadataKey: key] = newValue }
    }
}
