// SPDX-License-Identifier: Apache-2.0

/// What a server tells about itself in the first 13 characters of a nonce, the "nonce cookie" (RFC 8489, section 9.2):
/// an attacker who takes an attribute out of a challenge is noticed by it.
public struct SecurityFeatures: OptionSet, Hashable, Sendable {
    /// 24 bits.
    public let rawValue: UInt32

    public init(rawValue: UInt32) {
        self.rawValue = rawValue & 0xFF_FFFF
    }

    /// > bit 0 as the most significant bit of the first byte
    /// RFC 8489, section 9.2.
    public static let passwordAlgorithms = SecurityFeatures(rawValue: 1 << 23)
    public static let usernameAnonymity = SecurityFeatures(rawValue: 1 << 22)
}

extension SecurityFeatures {
    private static let prefix = "obMatJos2"
    /// Characters of a nonce that are its cookie.
    public static let cookieLength = 13
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    /// The nonce cookie: text that a nonce begins with.
    public var cookie: String {
        let digits = [18, 12, 6, 0].map { Self.alphabet[Int(rawValue >> UInt32($0) & 63)] }
        return Self.prefix + String(decoding: digits, as: UTF8.self)
    }

    /// The features of the server that made a nonce; nil when it begins with no cookie.
    ///
    /// Appendix B.1 and erratum 6290 count the bits from the other end than section 9.2 and RFC 8656, section 20, do.
    /// No other bits are assigned, so both readings are taken: missing a feature is what the cookie is against.
    public init?(nonce: String) {
        let bytes = Array(nonce.utf8.prefix(Self.cookieLength))
        guard bytes.count == Self.cookieLength, bytes.starts(with: Self.prefix.utf8) else { return nil }
        var bits: UInt32 = 0
        for character in bytes.suffix(4) {
            guard let value = Self.alphabet.firstIndex(of: character) else { return nil }
            bits = bits << 6 | UInt32(value)
        }
        var features = SecurityFeatures(rawValue: bits)
        if bits & 1 != 0 { features.insert(.passwordAlgorithms) }
        if bits & 2 != 0 { features.insert(.usernameAnonymity) }
        self = features
    }
}
