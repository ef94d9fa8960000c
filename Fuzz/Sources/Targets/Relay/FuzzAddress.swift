// SPDX-License-Identifier: Apache-2.0

import STUNCodec

@testable import TURNRelay

/// Addresses of a world without a network.
enum FuzzAddress {
    /// Behind a NAT that maps it one to one.
    static let relayIPv4 = RelayAddress(IPAddress(ipv4: 0x0A00_0001), external: IPAddress(ipv4: 0xC633_6401))
    static let relayIPv6 = RelayAddress(IPAddress(ipv6High: 0x2001_0DB8_0000_0000, low: 1))
    static let alternate = TransportAddress(IPAddress(ipv4: 0xC633_64C8), port: 3478)

    static func client(_ number: Int) -> TransportAddress {
        let port = UInt16(truncatingIfNeeded: 5_000 + number)
        return number % 4 == 3
            ? TransportAddress(IPAddress(ipv6High: 0x2001_0DB8_0001_0000, low: UInt64(number)), port: port)
            : TransportAddress(IPAddress(ipv4: 0xC000_0200 + UInt32(truncatingIfNeeded: number % 2)), port: port)
    }

    /// Peers that are no allocations: allowed by name, denied by name, special, and in disguise.
    static let peers: [TransportAddress] = [
        "203.0.113.5", "203.0.113.200", "127.0.0.1", "10.0.0.9", "2001:db8:5::1", "::1", "::ffff:10.0.0.9",
        "64:ff9b::cb00:7105", "64:ff9b::7f00:1", "2002:7f00:1::", "0.0.0.0",
    ]
    .compactMap { IPAddress($0) }.map { TransportAddress($0, port: 7) }

    static let rules = PeerRules(
        allow: ["203.0.113.0/24", "127.0.0.0/8", "2001:db8:5::/48", "64:ff9b::/96"].compactMap { try? IPNetwork($0) },
        deny: ["203.0.113.128/25"].compactMap { try? IPNetwork($0) }
    )
}
