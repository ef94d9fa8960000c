// SPDX-License-Identifier: Apache-2.0

/// Writes JSON (RFC 8259).
enum JSONText {
    static func string(_ value: String) -> String {
        let needsEscape = value.utf8.contains { $0 < 0x20 || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") }
        return needsEscape ? escaped(value) : "\"" + value + "\""
    }

    private static func escaped(_ value: String) -> String {
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
        var text = ""
        text.reserveCapacity(fields.reduce(2) { $0 + $1.0.utf8.count + $1.1.utf8.count + 4 })
        for (name, value) in fields {
            text.append(text.isEmpty ? "{" : ",")
            text += string(name)
            text += ":"
            text += value
        }
        if text.isEmpty { text.append("{") }
        text.append("}")
        return text
    }
}
