// SPDX-License-Identifier: Apache-2.0

/// The fields of one JSON object; their values stay as they were written.
///
/// A name that comes twice is refused: two readers could otherwise understand one text differently. (Inside of the values
/// names are not looked at.)
struct JSONObject {
    /// A value as it was written.
    struct Value {
        let bytes: [UInt8]

        var text: String { String(decoding: bytes, as: UTF8.self) }
        var isObject: Bool { bytes.first == UInt8(ascii: "{") }
        var isNull: Bool { bytes.first == UInt8(ascii: "n") }
        var isTrue: Bool { bytes.first == UInt8(ascii: "t") }
        var isFalse: Bool { bytes.first == UInt8(ascii: "f") }
    }

    private let bytes: [UInt8]
    private var fields: [String: Range<Int>] = [:]

    /// - Parameter bytes: valid UTF-8 that holds the object and nothing else but white space.
    init(parsing bytes: [UInt8]) throws(SignalError) {
        self.bytes = bytes
        var scanner = JSONScanner(bytes)
        scanner.skipWhitespace()
        guard bytes.dropFirst(scanner.position).first == UInt8(ascii: "{") else {
            _ = try scanner.takeValue(depth: 1)
            throw .notAnObject
        }
        // As many as most messages have.
        var fields: [String: Range<Int>] = Dictionary(minimumCapacity: 6)
        try scanner.takeMembers(depth: 1) { name, value throws(SignalError) in
            guard let name = JSONString.decode(bytes[name]) else { throw .notJSON }
            guard fields.updateValue(value, forKey: name) == nil else { throw .duplicateKey }
        }
        scanner.skipWhitespace()
        guard scanner.isAtEnd else { throw .notJSON }
        self.fields = fields
    }

    subscript(name: String) -> Value? {
        fields[name].map { Value(bytes: Array(bytes[$0])) }
    }

    /// The value of a field that is a string of Unicode text.
    func string(_ name: String) -> String? {
        fields[name].flatMap { JSONString.decode(bytes[$0]) }
    }
}

/// Reads strings of JSON.
enum JSONString {
    /// - Parameter literal: a value of JSON that a ``JSONScanner`` has accepted.
    /// - Returns: nil when it is not a string, or not Unicode text (half of a surrogate pair).
    static func decode(_ literal: ArraySlice<UInt8>) -> String? {
        guard literal.first == UInt8(ascii: "\"") else { return nil }
        let inner = literal.dropFirst().dropLast()
        guard inner.contains(UInt8(ascii: "\\")) else { return String(validating: inner, as: UTF8.self) }
        // UTF-16, because `\u` escapes are: pairs of them form one code point.
        var units: [UInt16] = []
        var rest = inner
        while let byte = rest.first {
            if byte == UInt8(ascii: "\\") {
                rest.removeFirst()
                guard let unit = takeEscape(&rest) else { return nil }
                units.append(unit)
            } else {
                let plain = rest.prefix { $0 != UInt8(ascii: "\\") }
                units.append(contentsOf: String(decoding: plain, as: UTF8.self).utf16)
                rest = rest.dropFirst(plain.count)
            }
        }
        return String(validating: units, as: UTF16.self)
    }

    private static func takeEscape(_ rest: inout ArraySlice<UInt8>) -> UInt16? {
        guard let byte = rest.popFirst() else { return nil }
        switch Unicode.Scalar(byte) {
        case "b": return 0x08
        case "f": return 0x0c
        case "n": return 0x0a
        case "r": return 0x0d
        case "t": return 0x09
        case "u":
            let digits = rest.prefix(4)
            rest = rest.dropFirst(4)
            return UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
        default: return UInt16(byte)
        }
    }
}
