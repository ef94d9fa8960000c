// SPDX-License-Identifier: Apache-2.0

/// How a line of the log looks.
enum LogFormat: String, Sendable, CaseIterable {
    /// For people: time, level, message, and what belongs to it.
    case text
    /// For programs: one JSON object on a line.
    case json
}
