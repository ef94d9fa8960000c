// SPDX-License-Identifier: Apache-2.0

/// Walks over JSON (RFC 8259, strictly) without building anything of it: values are passed on as they were written, so
/// that nothing of them is lost on the way. Numbers in particular are never converted.
struct JSONScanner {
    /// Levels of arrays and objects. What browsers send has two or three.
    static let maximumDepth = 32

    private let bytes: [UInt8]
    private(set) var position = 0

    /// - Parameter bytes: valid UTF-8.
    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    var isAtEnd: Bool { position == bytes.count }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func skipWhitespace() {
        while let byte = next, byte == 0x20 || (byte >= 0x09 && byte <= 0x0d && byte != 0x0b && byte != 0x0c) {
            position += 1
        }
    }

    /// Takes one byte if it comes next.
    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard let byte = next, byte == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    /// Takes a value, whatever it is.
    /// - Returns: where it is, without the white space around it.
    mutating func takeValue(depth: Int) throws(SignalError) -> Range<Int> {
        guard depth <= Self.maximumDepth else { throw .tooDeep }
        let start = position
        switch next {
        case UInt8(ascii: "{"): try skipObject(depth: depth)
        case UInt8(ascii: "["): try skipArray(depth: depth)
        case UInt8(ascii: "\""): _ = try takeString()
        case UInt8(ascii: "t"): try skip("true")
        case UInt8(ascii: "f"): try skip("false")
        case UInt8(ascii: "n"): try skip("null")
        default: try skipNumber()
        }
        return start..<position
    }

    private mutating func skipObject(depth: Int) throws(SignalError) {
        try takeMembers(depth: depth) { _, _ throws(SignalError) in }
    }

    /// Takes an object and hands out where its names and values are.
    mutating func takeMembers(
        depth: Int,
        _ member: (_ name: Range<Int>, _ value: Range<Int>) throws(SignalError) -> Void
    ) throws(SignalError) {
        guard take("{") else { throw .notAnObject }
        skipWhitespace()
        if take("}") { return }
        while true {
            skipWhitespace()
            let name = try takeString()
            skipWhitespace()
            guard take(":") else { throw .notJSON }
            skipWhitespace()
            let value = try takeValue(depth: depth + 1)
            try member(name, value)
            skipWhitespace()
            if take("}") { return }
            guard take(",") else { throw .notJSON }
        }
    }

    private mutating func skipArray(depth: Int) throws(SignalError) {
        guard take("[") else { throw .notJSON }
        skipWhitespace()
        if take("]") { return }
        while true {
            skipWhitespace()
            _ = try takeValue(depth: depth + 1)
            skipWhitespace()
            if take("]") { return }
            guard take(",") else { throw .notJSON }
        }
    }

    /// Takes a string with its quotes.
    private mutating func takeString() throws(SignalError) -> Range<Int> {
        let start = position
        guard take("\"") else { throw .notJSON }
        while position < bytes.count {
            let byte = bytes[position]
            position += 1
            // Nearly all bytes of a message pass here.
            if byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { continue }
            guard byte >= 0x20 else { throw .notJSON }
            if byte == UInt8(ascii: "\"") { return start..<position }
            try skipEscape()
        }
        throw .notJSON
    }

    /// What follows a backslash.
    private mutating func skipEscape() throws(SignalError) {
        guard let byte = next else { throw .notJSON }
        position += 1
        switch Unicode.Scalar(byte) {
        case "\"", "\\", "/", "b", "f", "n", "r", "t":
            return
        case "u":
            for _ in 0..<4 {
                guard let digit = next, Unicode.Scalar(digit).properties.isASCIIHexDigit else { throw .notJSON }
                position += 1
            }
        default:
            throw .notJSON
        }
    }

    private mutating func skip(_ word: StaticString) throws(SignalError) {
        for character in word.description.unicodeScalars {
            guard take(character) else { throw .notJSON }
        }
    }

    private mutating func skipNumber() throws(SignalError) {
        _ = take("-")
        if !take("0") { try skipDigits() }
        if take(".") { try skipDigits() }
        if take("e") || take("E") {
            if !take("+") { _ = take("-") }
            try skipDigits()
        }
    }

    /// At least one.
    private mutating func skipDigits() throws(SignalError) {
        let start = position
        while let byte = next, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { position += 1 }
        guard position > start else { throw .notJSON }
    }
}
