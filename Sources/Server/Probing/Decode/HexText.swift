// SPDX-License-Identifier: Apache-2.0

/// Bytes written as text: digits in any grouping, `0x` and `\x` prefixes, colons and commas, and the dumps of `xxd` and
/// `hexdump -C`.
enum HexText {
    /// - Returns: a block for each run of lines between empty ones, or between dumps that begin at offset zero again;
    ///   nil when the text is something else.
    static func blocks(_ text: String) -> [[UInt8]]? {
        var blocks: [[UInt8]] = []
        var digits: [UInt8] = []
        var isHexdump = false
        let lines: [Substring] = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for line in lines + [Substring()] {
            let line = HexLine(line, isHexdump: isHexdump)
            isHexdump = line.isHexdump
            if line.beginsBlock {
                guard digits.count % 2 == 0 else { return nil }
                blocks.append(stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] })
                digits = []
            }
            guard let more = nibbles(line.bytes) else { return nil }
            digits += more
        }
        return blocks.filter { !$0.isEmpty }
    }

    /// The digits of a line, prefixes and separators left out; nil when there is anything else.
    private static func nibbles(_ text: Substring) -> [UInt8]? {
        var nibbles: [UInt8] = []
        let words = text.split { $0.isWhitespace || ":,;-\\".contains($0) }
        for word in words {
            let hasPrefix = word.hasPrefix("0x") || word.hasPrefix("0X") || word.hasPrefix("x")
            let digits = hasPrefix ? word.drop { $0 != "x" && $0 != "X" }.dropFirst() : word
            for digit in digits {
                guard digit.isASCII, let value = digit.hexDigitValue else { return nil }
                nibbles.append(UInt8(value))
            }
        }
        return nibbles
    }
}

/// A line without what a dump has beside its bytes.
private struct HexLine {
    let bytes: Substring
    let beginsBlock: Bool
    /// The line is of a dump of `hexdump -C`, whose last line is an offset alone.
    let isHexdump: Bool

    init(_ line: Substring, isHexdump wasHexdump: Bool) {
        let start = line.drop(while: \.isWhitespace)
        let word = start.prefix { $0.isHexDigit }
        let rest = start.dropFirst(word.count)
        isHexdump = word.count == 8 && (rest.contains("|") || wasHexdump && rest.allSatisfy(\.isWhitespace))
        let isXXD = word.count == 8 && rest.hasPrefix(": ")
        beginsBlock = start.isEmpty || (isXXD || isHexdump) && Int(word, radix: 16) == 0
        if isXXD {
            bytes = Self.beforeText(rest.drop { $0 == ":" || $0.isWhitespace })
        } else {
            bytes = isHexdump ? rest.prefix { $0 != "|" } : line
        }
    }

    /// `xxd` has two spaces between the bytes and what they read as.
    private static func beforeText(_ text: Substring) -> Substring {
        var previous: Character?
        for index in text.indices {
            if text[index] == " ", previous == " " { return text[..<index] }
            previous = text[index]
        }
        return text
    }
}
