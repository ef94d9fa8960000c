// SPDX-License-Identifier: Apache-2.0

package import STUNCodec

/// An address as one number: what networks, ranges and embedded addresses are computed with.
extension IPAddress {
    package init(family: Family, bits: UInt128) {
        switch family {
        case .ipv4: self.init(ipv4: UInt32(truncatingIfNeeded: bits))
        case .ipv6: self.init(ipv6High: UInt64(truncatingIfNeeded: bits >> 64), low: UInt64(truncatingIfNeeded: bits))
        }
    }

    /// 32 or 128 significant bits.
    package var bits: UInt128 {
        if let halves = ipv6Bits { return UInt128(halves.high) << 64 | UInt128(halves.low) }
        return UInt128(ipv4Bits ?? 0)
    }
}

extension IPAddress.Family {
    /// Bits in an address.
    package var width: Int {
        switch self {
        case .ipv4: 32
        case .ipv6: 128
        }
    }
}

extension UInt128 {
    /// A number whose last `count` bits are ones.
    static func lowest(_ count: Int) -> UInt128 { ~(~0 << count) }
}
