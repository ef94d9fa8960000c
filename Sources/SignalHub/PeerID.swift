// SPDX-License-Identifier: Apache-2.0

/// How members are named to each other.
enum PeerID {
    /// A random UUID (RFC 9562, section 5.4), in lower case.
    static func random(using generator: inout some RandomNumberGenerator) -> String {
        let high = (generator.next() as UInt64) & 0xffff_ffff_ffff_0fff | 0x4000
        let low = (generator.next() as UInt64) & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000
        let digits = Hexadecimal.text(high) + Hexadecimal.text(low)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if [8, 12, 16, 20].contains(index) { text.append("-") }
            text.append(digit)
        }
        return text
    }
}

enum Hexadecimal {
    /// 16 digits.
    static func text(_ value: UInt64) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
