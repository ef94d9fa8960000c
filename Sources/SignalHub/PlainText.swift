// SPDX-License-Identifier: Apache-2.0

/// What members may write where others read it.
enum PlainText {
    /// Code points of the name of a room or of a member.
    static let nameLimit = 64
    static let pinLimits = 4...32

    /// Text of one line: no control characters, and nothing that breaks a line.
    static func isLine(_ text: String, of count: ClosedRange<Int>) -> Bool {
        let scalars = text.unicodeScalars
        return count.contains(scalars.count) && scalars.allSatisfy { !isControl($0) && !breaksLine($0) }
    }

    /// Text of any number of lines, without other control characters.
    static func isParagraphs(_ text: String, of count: ClosedRange<Int>) -> Bool {
        let scalars = text.unicodeScalars
        return count.contains(scalars.count) && scalars.allSatisfy { $0 == "\n" || $0 == "\t" || !isControl($0) }
    }

    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.generalCategory == .control
    }

    private static func breaksLine(_ scalar: Unicode.Scalar) -> Bool {
        [.lineSeparator, .paragraphSeparator].contains(scalar.properties.generalCategory)
    }
}
