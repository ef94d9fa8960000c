// SPDX-License-Identifier: Apache-2.0

/// Writes JSON (RFC 8259).
enum JSONText {
    static func string(_ value: String) -> String {
        var text = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"", "\\":
                text.append("\\")
                text.unicodeScalars.append(scalar)
            case "\u{0}"..."\u{1f}":
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default:
                text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }

    /// - Parameter values: JSON.
    static func array(_ values: [String]) -> String {
        "[" + values.joined(separator: ",") + "]"
    }

    /// - Parameter fields: names, and values that are JSON.
    static func object(_ fields: [(String, String)]) -> String {
        "{" + fields.map { string($0) + ":" + $1 }.joined(separator: ",") + "}"
    }
}
