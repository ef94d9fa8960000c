// SPDX-License-Identifier: Apache-2.0

/// Why a token is not taken.
package enum AccessTokenError: Error, Equatable, Sendable {
    /// Not made with the key or for the server.
    case notAuthentic
    /// A length in the token is wrong.
    case malformed
    case expired
}

/// What an access token grants: the inside of its encrypted block (RFC 7635, section 6.2).
package struct AccessGrant: Equatable, Sendable {
    /// HMAC-SHA1 takes 20 bytes, which every server has to support; longer keys are for hashes to come.
    package static let macKeyLengths = 20...64

    /// Authenticates the client's messages.
    package let macKey: [UInt8]
    /// When the token was made, in units of 1/64000 second in its lowest 16 bits, and of seconds since 1970 above.
    package let timestamp: UInt64
    /// In seconds.
    package let lifetime: UInt32

    package init(macKey: [UInt8], timestamp: UInt64, lifetime: UInt32) {
        self.macKey = macKey
        self.timestamp = timestamp
        self.lifetime = lifetime
    }

    /// Seconds since 1970. Cannot overflow: 48 bits and 32.
    private var issuedAt: Int64 { Int64(timestamp >> 16) }
    package var expiresAt: Int64 { issuedAt + Int64(lifetime) }

    /// > Lifetime + Delta > abs(RDnew - TS)
    /// RFC 7635, section 9, with its default of 5 seconds.
    package func isValid(at now: Int64) -> Bool {
        lifetime > 0 && (now.subtractingReportingOverflow(issuedAt).partialValue).magnitude < UInt64(lifetime) + 5
    }
}

// MARK: Bytes: key length (16 bits), key, timestamp (64), lifetime (32)

extension AccessGrant {
    package init(decoding bytes: [UInt8]) throws(AccessTokenError) {
        guard bytes.count >= 2 else { throw .malformed }
        let length = Int(bytes[0]) << 8 | Int(bytes[1])
        guard Self.macKeyLengths.contains(length), bytes.count == 2 + length + 8 + 4 else { throw .malformed }
        macKey = Array(bytes[2..<2 + length])
        timestamp = bytes[(2 + length)...].prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        lifetime = bytes.suffix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }

    package var encoded: [UInt8] {
        var bytes = [UInt8(truncatingIfNeeded: macKey.count >> 8), UInt8(truncatingIfNeeded: macKey.count)]
        bytes += macKey
        bytes += stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: timestamp >> UInt64($0)) }
        bytes += stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: lifetime >> UInt32($0)) }
        return bytes
    }
}
