// SPDX-License-Identifier: Apache-2.0

/// Makes text of strangers safe for a log: one line, nothing that a terminal or a parser of logs obeys, not too long.
enum LogText {
    private static let limit = 128

    static func escaped(_ text: String) -> String {
        let scalars = text.unicodeScalars
        var result = ""
        for scalar in scalars.prefix(limit) {
            if isPlain(scalar) {
                result.unicodeScalars.append(scalar)
            } else {
                result += "\\u{" + String(scalar.value, radix: 16) + "}"
            }
        }
        return scalars.dropFirst(limit).isEmpty ? result : result + "..."
    }

    /// Letters, digits and signs that don't move, hide or end anything.
    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case " ": return true
        case "\"", "\\", "=": return false
        default: break
        }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
            .decimalNumber, .letterNumber, .otherNumber,
            .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
            .finalPunctuation, .otherPunctuation,
            .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol:
            return true
        default:
            return false
        }
    }
}
