// SPDX-License-Identifier: Apache-2.0

/// An IPv4 or IPv6 address as plain bits: hashable without touching the heap.
public struct IPAddress: Hashable, Sendable {
    /// The family codes of STUN (RFC 8489, section 14.1).
    public enum Family: UInt8, Hashable, Sendable, CaseIterable {
        case ipv4 = 0x01
        case ipv6 = 0x02
    }

    public let family: Family
    /// The first 64 bits of an IPv6 address; zero for IPv4.
    @usableFromInline let high: UInt64
    /// The last 64 bits of an IPv6 address, or the 32 bits of an IPv4 address.
    @usableFromInline let low: UInt64

    @inlinable
    public init(ipv4 bits: UInt32) {
        family = .ipv4
        high = 0
        low = UInt64(bits)
    }

    @inlinable
    public init(ipv6High high: UInt64, low: UInt64) {
        family = .ipv6
        self.high = high
        self.low = low
    }

    /// The bits of an IPv4 address; nil for IPv6.
    @inlinable public var ipv4Bits: UInt32? {
        family == .ipv4 ? UInt32(truncatingIfNeeded: low) : nil
    }

    /// The bits of an IPv6 address; nil for IPv4.
    @inlinable public var ipv6Bits: (high: UInt64, low: UInt64)? {
        family == .ipv6 ? (high, low) : nil
    }

    /// `0.0.0.0` or `::`: to a listener, all addresses of the machine.
    @inlinable public var isUnspecified: Bool { high == 0 && low == 0 }

    /// The IPv4 address inside an IPv4-mapped IPv6 address (`::ffff:a.b.c.d`), any other address itself.
    @inlinable public var canonical: IPAddress {
        guard family == .ipv6, high == 0, low >> 32 == 0xFFFF else { return self }
        return IPAddress(ipv4: UInt32(truncatingIfNeeded: low))
    }
}
