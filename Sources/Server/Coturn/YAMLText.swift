// SPDX-License-Identifier: Apache-2.0

import Foundation

/// A configuration file in the making: options with values, and comments.
struct YAMLText {
    private(set) var lines: [String] = []

    mutating func comment(_ text: String) {
        lines += text.split(whereSeparator: \.isNewline).map { "# \($0)" }
    }

    /// An option that an operator is to take the comment sign off.
    mutating func comment(_ key: String, _ text: String) {
        comment("\(key): \(Self.quoted(text))")
    }

    mutating func set(_ key: String, _ text: String) {
        lines.append("\(key): \(Self.quoted(text))")
    }

    mutating func set(_ key: String, _ number: Int) {
        lines.append("\(key): \(number)")
    }

    mutating func set(_ key: String, _ flag: Bool) {
        lines.append("\(key): \(flag)")
    }

    mutating func set(_ key: String, _ list: [String]) {
        guard !list.isEmpty else { return }
        lines.append("\(key):")
        lines += list.map { "  - \(Self.quoted($0))" }
    }

    var text: String { lines.joined(separator: "\n") }

    /// In the quotation marks of YAML 1.2, section 7.3.1: nothing in them can be taken for syntax.
    static func quoted(_ text: String) -> String {
        let body = text.unicodeScalars.map { scalar in
            switch scalar {
            case "\"", "\\": "\\\(scalar)"
            case _ where scalar.properties.generalCategory == .control: String(format: "\\x%02x", scalar.value)
            default: String(scalar)
            }
        }
        return "\"\(body.joined())\""
    }
}
