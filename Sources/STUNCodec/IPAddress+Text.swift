// SPDX-License-Identifier: Apache-2.0

extension IPAddress: CustomStringConvertible {
    /// Reads `192.0.2.1` or `2001:db8::1` (RFC 4291, section 2.2), without zone. Strict: four decimal parts without
    /// leading zeros, since some readers take those for octal.
    public init?(_ text: String) {
        if text.utf8.contains(UInt8(ascii: ":")) {
            self.init(ipv6Text: text[...])
        } else if let bits = Self.ipv4Bits(text[...]) {
            self.init(ipv4: bits)
        } else {
            return nil
        }
    }

    /// Dotted decimal, or the form of RFC 5952.
    public var description: String {
        switch family {
        case .ipv4: (0..<4).reversed().map { String(low >> (8 * UInt64($0)) & 0xFF) }.joined(separator: ".")
        case .ipv6: Self.text(groups: groups)
        }
    }

    private static func ipv4Bits(_ text: Substring) -> UInt32? {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        var bits: UInt32 = 0
        for part in parts {
            guard part.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }), let byte = UInt8(part),
                part == "0" || part.first != "0"
            else { return nil }
            bits = bits << 8 | UInt32(byte)
        }
        return bits
    }

    private init?(ipv6Text text: Substring) {
        guard let gap = Self.firstGap(in: text) else {
            guard let groups = Self.groups(text), groups.count == 8 else { return nil }
            self.init(groups: groups)
            return
        }
        guard let front = Self.groups(text[..<gap.lowerBound], isEnd: false),
            let back = Self.groups(text[gap.upperBound...]),
            front.count + back.count < 8
        else { return nil }
        self.init(groups: front + Array(repeating: 0, count: 8 - front.count - back.count) + back)
    }

    private init(groups: [UInt16]) {
        let halves = [groups[0..<4], groups[4..<8]].map { $0.reduce(UInt64(0)) { $0 << 16 | UInt64($1) } }
        self.init(ipv6High: halves[0], low: halves[1])
    }

    private static func firstGap(in text: Substring) -> Range<Substring.Index>? {
        for index in text.indices where text[index...].hasPrefix("::") {
            return index..<text.index(index, offsetBy: 2)
        }
        return nil
    }

    /// The groups of a part without `::`; a dotted IPv4 address may stand at the end of the whole.
    private static func groups(_ text: Substring, isEnd: Bool = true) -> [UInt16]? {
        guard !text.isEmpty else { return [] }
        var groups: [UInt16] = []
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        for (index, part) in parts.enumerated() {
            if isEnd, index == parts.count - 1, part.utf8.contains(UInt8(ascii: ".")) {
                guard let bits = ipv4Bits(part) else { return nil }
                groups += [UInt16(bits >> 16), UInt16(truncatingIfNeeded: bits)]
            } else {
                // `UInt16.init` would take a sign.
                guard 1...4 ~= part.utf8.count, part.first != "+", let group = UInt16(part, radix: 16) else {
                    return nil
                }
                groups.append(group)
            }
        }
        return groups
    }

    private var groups: [UInt16] {
        [high, low].flatMap { half in
            stride(from: 48, through: 0, by: -16).map { UInt16(truncatingIfNeeded: half >> UInt64($0)) }
        }
    }

    /// RFC 5952, section 4: lower case, no leading zeros, the first longest run of two or more zero groups as `::`.
    private static func text(groups: [UInt16]) -> String {
        let run = longestZeroRun(groups)
        let words = groups.map { String($0, radix: 16) }
        guard run.count >= 2 else { return words.joined(separator: ":") }
        return words[..<run.lowerBound].joined(separator: ":") + "::" + words[run.upperBound...].joined(separator: ":")
    }

    private static func longestZeroRun(_ groups: [UInt16]) -> Range<Int> {
        var longest = 0..<0
        var start = 0
        for index in groups.indices {
            if groups[index] != 0 {
                start = index + 1
            } else if index + 1 - start > longest.count {
                longest = start..<index + 1
            }
        }
        return longest
    }
}
