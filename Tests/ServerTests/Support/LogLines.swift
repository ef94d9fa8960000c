// SPDX-License-Identifier: Apache-2.0

import Logging
import Synchronization

/// Remembers what was logged.
final class LogLines: LogHandler, Sendable {
    private let collected = Mutex<[String]>([])

    var messages: [String] { collected.withLock { $0 } }

    func log(event: LogEvent) {
        collected.withLock { $0.append(event.message.description) }
    }

    // MARK: Everything is collected, whatever its level and metadata.

    var logLevel: Logger.Level {
        get { .trace }
        set {}
    }
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    subscript(metadataKey _: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }
}
