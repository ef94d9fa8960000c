// SPDX-License-Identifier: Apache-2.0

import Foundation
import Logging

/// A line of the log before it has a form.
struct LogLine {
    let time: Date
    let level: Logger.Level
    let message: String
    var metadata: Logger.Metadata = [:]

    /// Without the line break at its end, and without any other one: no text of a stranger begins a new line.
    func text(as format: LogFormat) -> String {
        switch format {
        case .text: plainText
        case .json: jsonText
        }
    }

    private static let timeStyle = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    // MARK: Text

    private var plainText: String {
        let level = level.rawValue.padding(toLength: 8, withPad: " ", startingAt: 0)
        let fields = metadata.sorted { $0.key < $1.key }.map { " \($0.key)=\(Self.plain("\($0.value)"))" }
        return "\(time.formatted(Self.timeStyle)) \(level) \(Self.escaped(message))\(fields.joined())"
    }

    /// In quotation marks where the end could not be told otherwise.
    private static func plain(_ value: String) -> String {
        let text = escaped(value)
        return text.isEmpty || text.contains(" ") || text.contains("\"")
            ? "\"\(text.replacing("\"", with: "\\\""))\"" : text
    }

    private static func escaped(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isUnsafe) else { return text }
        return text.unicodeScalars.map { isUnsafe($0) ? "\\u{\(String($0.value, radix: 16))}" : String($0) }.joined()
    }

    /// What a terminal obeys, or ends a line.
    private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }

    // MARK: JSON

    private var jsonText: String {
        let fields = metadata.sorted { $0.key < $1.key }.map { key, value in
            (Self.reserved.contains(key) ? "\(key)_" : key, Self.json(value))
        }
        let all = [
            ("time", Self.json(time.formatted(Self.timeStyle))), ("level", Self.json(level.rawValue)),
            ("message", Self.json(message)),
        ]
        return "{\((all + fields).map { "\(Self.json($0.0)):\($0.1)" }.joined(separator: ","))}"
    }

    private static let reserved: Set<String> = ["time", "level", "message"]

    private static func json(_ value: Logger.MetadataValue) -> String {
        // Numbers are given as such where a program may want to count.
        if case .stringConvertible(let number as any BinaryInteger) = value { return "\(number)" }
        return json("\(value)")
    }

    private static func json(_ text: String) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        return (try? encoder.encode(text)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
    }
}
