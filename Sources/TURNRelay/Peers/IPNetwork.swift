// SPDX-License-Identifier: Apache-2.0

package import STUNCodec

/// A block of addresses that begin with the same bits: `192.0.2.0/24`, `2001:db8::/32` (RFC 4632, RFC 4291).
package struct IPNetwork: Hashable, Sendable {
    /// The first address: all bits after the prefix are zero.
    package let address: IPAddress
    /// 0 to 32 for IPv4, 0 to 128 for IPv6.
    package let prefixLength: Int

    /// The network of an address alone.
    package init(_ address: IPAddress) {
        self.address = address
        prefixLength = address.family.width
    }

    /// The network that an address is in. A length out of bounds becomes the nearest one.
    package init(around address: IPAddress, prefixLength: Int) {
        let width = address.family.width
        self.prefixLength = min(max(prefixLength, 0), width)
        let suffix = width - self.prefixLength
        self.address = IPAddress(family: address.family, bits: address.bits & ~.lowest(suffix))
    }

    /// Whether an address of the same family begins with the prefix.
    package func contains(_ other: IPAddress) -> Bool {
        // Smart shifts: all 128 bits shifted out leave zero.
        other.family == address.family
            && (other.bits ^ address.bits) >> (address.family.width - prefixLength) == 0
    }
}
