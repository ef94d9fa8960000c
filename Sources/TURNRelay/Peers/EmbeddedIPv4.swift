// SPDX-License-Identifier: Apache-2.0

import STUNCodec

/// The IPv4 addresses that an IPv6 address can lead to: a packet to the one may arrive at the other, by the host's own
/// socket, by a tunnel or by a translator on the way.
extension IPAddress {
    /// One for each way in which this address can be read; none for IPv4 and for plain IPv6 addresses.
    var embeddedIPv4: [IPAddress] {
        guard family == .ipv6 else { return [] }
        return (endingInIPv4 + tunnelled + localTranslated).map { IPAddress(ipv4: $0) }
    }

    /// Forms whose last 32 bits are the address.
    private var endingInIPv4: [UInt32] {
        // `::1` looks IPv4-compatible and is not (RFC 4291, section 2.5.3). `::`, to a socket, is `0.0.0.0`.
        guard bits != 1 else { return [] }
        let prefixes: [UInt128] = [
            0,  // IPv4-compatible, ::a.b.c.d (RFC 4291, section 2.5.5.1)
            0xFFFF,  // IPv4-mapped, ::ffff:a.b.c.d (RFC 4291, section 2.5.5.2)
            0xFFFF_0000,  // IPv4-translated, ::ffff:0:a.b.c.d (RFC 2765, section 2.1)
            0x0064_FF9B << 64,  // NAT64, 64:ff9b::a.b.c.d (RFC 6052, section 2.1)
        ]
        // ISATAP: any /64, then 0000:5efe or 0200:5efe (RFC 5214, section 6.1).
        let isISATAP = bits >> 32 & 0xFDFF_FFFF == 0x5EFE
        return isISATAP || prefixes.contains(bits >> 32) ? [slice(from: 96)] : []
    }

    /// 6to4 (RFC 3056, section 2) and Teredo (RFC 4380, section 4), which names a server and a client.
    private var tunnelled: [UInt32] {
        if bits >> 112 == 0x2002 { return [slice(from: 16)] }
        if bits >> 96 == 0x2001_0000 { return [slice(from: 32), ~slice(from: 96)] }
        return []
    }

    /// The translators of a site, 64:ff9b:1::/48 (RFC 8215). Which prefix length they use cannot be seen, so each
    /// of RFC 6052, section 2.2, counts that leaves the octets after the address zero, as it says they are.
    private var localTranslated: [UInt32] {
        guard bits >> 80 == 0x0064_FF9B_0001 else { return [] }
        var readings = [slice(from: 96)]
        // The octet of bits 64 to 71 belongs to no part of the address.
        let withoutReserved = (bits >> 64) << 56 | bits & .lowest(56)
        for length in [48, 56, 64] where withoutReserved & .lowest(88 - length) == 0 {
            readings.append(UInt32(truncatingIfNeeded: withoutReserved >> (88 - length)))
        }
        return readings
    }

    /// The 32 bits from a position on, counted from the left.
    private func slice(from position: Int) -> UInt32 {
        UInt32(truncatingIfNeeded: bits >> (96 - position))
    }
}
