// SPDX-License-Identifier: Apache-2.0

/// The room that a credential is valid for.
///
/// The closed relay joins two allocations only when their scopes are equal; a credential without a room has no scope,
/// and "no scope" equals "no scope".
package struct RoomScope: Hashable, Sendable {
    package let name: String

    package init(name: String) {
        self.name = name
    }

    /// Separates the tag from the user. Long enough that no user id of another issuer (`@alice:example.org`,
    /// `alice@example.org`) is taken for a room.
    static let marker = "#room="
}

extension RoomScope {
    /// The tag to append to a user name. The room is percent-encoded, so that the tag is printable ASCII and cannot
    /// hold a second marker.
    var tag: String {
        var tag = Self.marker
        for byte in name.utf8 {
            if Self.isUnreserved(byte) {
                tag.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                tag += "%" + Self.hexDigit(byte >> 4) + Self.hexDigit(byte & 0x0F)
            }
        }
        return tag
    }

    /// Splits `user#room=name` into its parts. A malformed tag is part of the user: the MAC decides what is authentic,
    /// and a scope must never be guessed.
    static func split(_ text: Substring) -> (user: Substring, scope: RoomScope?) {
        guard let marker = text.lastRange(of: marker), let name = percentDecoded(text[marker.upperBound...]),
            !name.isEmpty
        else { return (text, nil) }
        return (text[..<marker.lowerBound], RoomScope(name: name))
    }

    /// RFC 3986, section 2.3.
    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"):
            true
        default:
            false
        }
    }

    private static func hexDigit(_ nibble: UInt8) -> String {
        String(nibble, radix: 16, uppercase: true)
    }

    private static func percentDecoded(_ text: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(nibble), let low = rest.popFirst().flatMap(nibble) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func nibble(_ byte: UInt8) -> UInt8? {
        Character(Unicode.Scalar(byte)).hexDigitValue.map(UInt8.init)
    }
}

extension Substring {
    /// The last occurrence of `needle`, by UTF-8 code units.
    fileprivate func lastRange(of needle: String) -> Range<Index>? {
        let needle = Array(needle.utf8)
        var start = utf8.index(utf8.endIndex, offsetBy: -needle.count, limitedBy: utf8.startIndex)
        while let candidate = start {
            if utf8[candidate...].starts(with: needle) {
                return candidate..<utf8.index(candidate, offsetBy: needle.count)
            }
            start = candidate == utf8.startIndex ? nil : utf8.index(before: candidate)
        }
        return nil
    }
}
