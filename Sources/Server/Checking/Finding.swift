// SPDX-License-Identifier: Apache-2.0

/// A line of what `swiftturn check` says.
struct Finding: Equatable, Sendable {
    enum Level: String, Sendable {
        case ok
        /// The server starts, but somebody may not get through.
        case warn
        /// The server does not start, or nobody gets through.
        case error
    }

    let level: Level
    let subject: String
    let text: String
}

extension Finding: CustomStringConvertible {
    var description: String {
        Self.column(level.rawValue, 7) + Self.column(subject, 15) + text
    }

    private static func column(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }
}

extension [Finding] {
    var hasErrors: Bool { contains { $0.level == .error } }
}
