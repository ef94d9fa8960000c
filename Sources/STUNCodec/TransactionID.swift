// SPDX-License-Identifier: Apache-2.0

/// The 96 random bits that tie a response to its request (RFC 8489, section 5).
public struct TransactionID: Hashable, Sendable {
    /// The first 32 bits.
    public let high: UInt32
    /// The last 64 bits.
    public let low: UInt64

    @inlinable
    public init(high: UInt32, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// > The transaction ID MUST be uniformly and randomly chosen from the interval 0 .. 2**96-1, and MUST be
    /// > cryptographically random.
    public static func random(using generator: inout some RandomNumberGenerator) -> TransactionID {
        TransactionID(high: generator.next(), low: generator.next())
    }
}
