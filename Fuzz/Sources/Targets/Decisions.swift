// SPDX-License-Identifier: Apache-2.0

/// The fuzzer's bytes, taken as decisions one after the other. When there are no more, everything is zero.
struct Decisions {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) {
        rest = bytes[...]
    }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

    mutating func flag() -> Bool { byte() & 1 == 1 }

    /// - Parameter bound: 1 to 256.
    mutating func number(below bound: Int) -> Int { Int(byte()) % bound }

    mutating func integer<Integer: FixedWidthInteger>(_ type: Integer.Type = Integer.self) -> Integer {
        (0..<Integer.bitWidth / 8).reduce(0) { value, _ in value << 8 | Integer(truncatingIfNeeded: byte()) }
    }

    mutating func choice<Element>(of elements: [Element]) -> Element {
        elements[number(below: elements.count)]
    }

    /// So many bytes, or as many as there are.
    mutating func bytes(_ count: Int) -> [UInt8] {
        defer { rest = rest.dropFirst(count) }
        return Array(rest.prefix(count))
    }

    /// Bytes with their count, of two bytes, before them.
    mutating func countedBytes() -> [UInt8] { bytes(Int(integer(UInt16.self))) }

    mutating func remainder() -> [UInt8] { bytes(rest.count) }
}

/// A generator whose numbers are the same in every run: an input that was found must do the same when it is run again.
struct RepeatableGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
