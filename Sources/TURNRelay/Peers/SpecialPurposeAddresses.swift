// SPDX-License-Identifier: Apache-2.0

import STUNCodec

/// Addresses that are not those of some host on the Internet: the special-purpose registries of IANA (RFC 6890, RFC
/// 8190), multicast, and what no registry has assigned.
enum SpecialPurposeAddresses {
    static func contains(_ address: IPAddress) -> Bool {
        switch address.family {
        case .ipv4: ipv4.contains { $0.contains(address) }
        case .ipv6: !globalUnicast.contains(address) || ipv6.contains { $0.contains(address) }
        }
    }

    /// Of IPv6 only this is given to hosts on the Internet (IANA IPv6 Address Space; RFC 4291, section 2.4). What the
    /// registry lists outside of it is in `ipv6` all the same: it is there to be compared with.
    private static let globalUnicast = network("2000::/3")

    /// The IANA IPv4 Special-Purpose Address Registry, globally reachable blocks included: nobody's call goes there.
    static let ipv4 = [
        network("0.0.0.0/8"),  // "this network" (RFC 791); Linux takes 0.0.0.0 for itself
        network("10.0.0.0/8"),  // private use (RFC 1918)
        network("100.64.0.0/10"),  // shared address space of carriers (RFC 6598); metadata at 100.100.100.200
        network("127.0.0.0/8"),  // loopback (RFC 1122)
        network("169.254.0.0/16"),  // link local (RFC 3927); metadata at 169.254.169.254
        network("172.16.0.0/12"),  // private use (RFC 1918)
        network("192.0.0.0/24"),  // IETF protocol assignments (RFC 6890); metadata at 192.0.0.192
        network("192.0.2.0/24"),  // documentation (RFC 5737)
        network("192.31.196.0/24"),  // AS112 (RFC 7535)
        network("192.52.193.0/24"),  // automatic multicast tunneling (RFC 7450)
        network("192.88.99.0/24"),  // 6to4 relay anycast, deprecated (RFC 7526)
        network("192.168.0.0/16"),  // private use (RFC 1918)
        network("192.175.48.0/24"),  // direct delegation AS112 (RFC 7534)
        network("198.18.0.0/15"),  // benchmarking (RFC 2544)
        network("198.51.100.0/24"),  // documentation (RFC 5737)
        network("203.0.113.0/24"),  // documentation (RFC 5737)
        network("224.0.0.0/4"),  // multicast (RFC 5771)
        network("240.0.0.0/4"),  // reserved (RFC 1112), with limited broadcast 255.255.255.255 (RFC 919)
        // In no registry, and yet no host on the Internet: the metadata service of every Azure machine.
        network("168.63.129.16/32"),
    ]

    /// The IANA IPv6 Special-Purpose Address Registry.
    static let ipv6 = [
        network("::/128"),  // unspecified (RFC 4291); Linux takes it for itself
        network("::1/128"),  // loopback (RFC 4291)
        network("::ffff:0:0/96"),  // IPv4-mapped (RFC 4291)
        network("64:ff9b::/96"),  // NAT64 (RFC 6052)
        network("64:ff9b:1::/48"),  // NAT64 of a site (RFC 8215)
        network("100::/64"),  // discard only (RFC 6666)
        network("100:0:0:1::/64"),  // dummy prefix (RFC 9780)
        network("2001::/23"),  // IETF protocol assignments (RFC 2928): Teredo, benchmarking, ORCHID and others
        network("2001:db8::/32"),  // documentation (RFC 3849)
        network("2002::/16"),  // 6to4 (RFC 3056)
        network("2620:4f:8000::/48"),  // direct delegation AS112 (RFC 7534)
        network("3fff::/20"),  // documentation (RFC 9637)
        network("5f00::/16"),  // segment routing identifiers (RFC 9602)
        network("fc00::/7"),  // unique local (RFC 4193); metadata at fd00:ec2::254
        network("fe80::/10"),  // link local (RFC 4291)
        network("fec0::/10"),  // site local, deprecated (RFC 3879)
        network("ff00::/8"),  // multicast (RFC 4291)
    ]

    /// For the literals above alone.
    private static func network(_ literal: String) -> IPNetwork {
        guard let network = try? IPNetwork(literal) else { preconditionFailure("\(literal) is no network") }
        return network
    }
}
