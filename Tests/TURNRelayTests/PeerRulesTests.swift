// SPDX-License-Identifier: Apache-2.0

import STUNCodec
import Testing

@testable import TURNRelay

/// What a relay with real sockets must never send to, however the address is written.
struct PeerRulesTests {
    // MARK: Defaults

    /// The first and last address of each block of the registries, written out by hand: an independent copy.
    @Test(arguments: [
        ("0.0.0.0", "0.255.255.255"), ("10.0.0.0", "10.255.255.255"), ("100.64.0.0", "100.127.255.255"),
        ("127.0.0.0", "127.255.255.255"), ("169.254.0.0", "169.254.255.255"), ("172.16.0.0", "172.31.255.255"),
        ("192.0.0.0", "192.0.0.255"), ("192.0.2.0", "192.0.2.255"), ("192.31.196.0", "192.31.196.255"),
        ("192.52.193.0", "192.52.193.255"), ("192.88.99.0", "192.88.99.255"), ("192.168.0.0", "192.168.255.255"),
        ("192.175.48.0", "192.175.48.255"), ("198.18.0.0", "198.19.255.255"), ("198.51.100.0", "198.51.100.255"),
        ("203.0.113.0", "203.0.113.255"), ("224.0.0.0", "239.255.255.255"), ("240.0.0.0", "255.255.255.255"),
        ("168.63.129.16", "168.63.129.16"),
        ("::", "::"), ("::1", "::1"), ("::ffff:0.0.0.0", "::ffff:255.255.255.255"),
        ("64:ff9b::", "64:ff9b::ffff:ffff"), ("64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff"),
        ("100::", "100::ffff:ffff:ffff:ffff"), ("100:0:0:1::", "100::1:ffff:ffff:ffff:ffff"),
        ("2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff"), ("2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("2620:4f:8000::", "2620:4f:8000:ffff:ffff:ffff:ffff:ffff"),
        ("3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff"), ("5f00::", "5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), ("fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ("fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), ("ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ])
    func specialPurposeAddressesAreDenied(first: String, last: String) throws {
        let (first, last) = (try address(first), try address(last))
        for bits in [first.bits, first.bits / 2 + last.bits / 2, last.bits] {
            #expect(!PeerRules().allows(IPAddress(family: first.family, bits: bits)))
        }
        let table = first.family == .ipv4 ? SpecialPurposeAddresses.ipv4 : SpecialPurposeAddresses.ipv6
        #expect(IPNetwork.covering(first, through: last)?.allSatisfy(table.contains) == true)
    }

    @Test(arguments: [
        "1.0.0.0", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.0",
        "169.253.255.255", "172.15.255.255", "172.32.0.0", "192.0.1.0", "192.167.255.255", "192.169.0.0",
        "198.17.255.255", "198.20.0.0", "223.255.255.255", "8.8.8.8", "168.63.129.17", "2000::1", "2001:200::1",
        "2001:db7::1", "2003::1", "2606:4700::1111", "3ffe::1", "3fff:1000::",
    ])
    func otherAddressesAreAllowed(text: String) throws {
        #expect(PeerRules().allows(try address(text)))
    }

    @Test(arguments: ["1::1", "::5.6.7.8", "4000::1", "8000::1", "e000::1", "fe00::1"])
    func whatNoRegistryHasAssignedIsDenied(text: String) throws {
        #expect(!PeerRules().allows(try address(text)))
    }

    @Test func ownAddressesAreDenied() throws {
        let own = [try address("198.100.1.1"), try address("2600::1"), try address("::ffff:198.100.1.2")]
        let rules = PeerRules(hostAddresses: HostAddresses(own))
        for text in ["198.100.1.1", "2600::1", "::ffff:198.100.1.1", "198.100.1.2", "2600::5efe:198.100.1.1"] {
            #expect(!rules.allows(try address(text)), "\(text)")
        }
        #expect(rules.allows(try address("198.100.1.3")))
    }

    /// Rules are values, copied into realms; the addresses that come later hold in all copies.
    @Test func ownAddressesThatComeLaterAreDenied() throws {
        let own = HostAddresses([try address("198.100.1.1")])
        let rules = PeerRules(hostAddresses: own)
        #expect(rules.allows(try address("2600::1")))
        #expect(own.replace(with: [try address("::ffff:198.100.1.2"), try address("2600::1")]))
        for text in ["198.100.1.2", "2600::1"] { #expect(!rules.allows(try address(text)), "\(text)") }
        #expect(rules.allows(try address("198.100.1.1")))
        #expect(!own.replace(with: [try address("2600::1"), try address("198.100.1.2")]))
    }

    @Test func theHostKnowsItsLoopbackAddress() throws {
        #expect(try HostAddresses.current().contains(IPAddress(ipv4: 0x7F00_0001)))
    }

    // MARK: Precedence

    @Test func denyWinsOverAllow() throws {
        let rules = try self.rules(allow: ["8.8.0.0/16", "2600::/16"], deny: ["8.8.8.0/24", "2600::1"])
        for text in ["8.8.8.8", "2600::1"] { #expect(!rules.allows(try address(text))) }
        for text in ["8.8.4.4", "2600::2"] { #expect(rules.allows(try address(text))) }
    }

    @Test func allowWinsOverTheDefaults() throws {
        var rules = try self.rules(allow: ["10.1.0.0/16", "fd00::/64", "127.0.0.1", "198.100.1.1"])
        rules.hostAddresses = HostAddresses([try address("198.100.1.1")])
        for text in ["10.1.2.3", "fd00::1", "127.0.0.1", "198.100.1.1", "::ffff:10.1.2.3"] {
            #expect(rules.allows(try address(text)), "\(text)")
        }
        for text in ["10.2.0.1", "fd00:0:0:1::1", "127.0.0.2", "::ffff:10.2.0.1"] {
            #expect(!rules.allows(try address(text)), "\(text)")
        }
    }

    @Test func allowingAnEncodingDoesNotAllowWhatItLeadsTo() throws {
        let rules = try self.rules(allow: ["::/0"])
        for text in ["::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::10.0.0.1", "2002:7f00:1::1", "64:ff9b:1::10.0.0.1"] {
            #expect(!rules.allows(try address(text)), "\(text)")
        }
        for text in ["64:ff9b::8.8.8.8", "2002:808:808::1"] { #expect(rules.allows(try address(text))) }
    }

    @Test func denyingAnEncodingDoesNotDenyIPv4() throws {
        let rules = try self.rules(deny: ["::ffff:0:0/96"])
        #expect(rules.allows(try address("8.8.8.8")))
        #expect(!rules.allows(try address("::ffff:8.8.8.8")))
    }

    @Test func nothingButWhatIsAllowedWhenAllIsDeniedByHand() throws {
        let rules = try self.rules(deny: ["0.0.0.0/0", "::/0"])
        for text in ["8.8.8.8", "2600::1", "::ffff:8.8.8.8"] { #expect(!rules.allows(try address(text))) }
    }

    // MARK: Encodings

    /// Every form of addresses of every denied range, with all of IPv6 allowed: only the embedded address can deny.
    @Test func everyEncodingOfEveryDeniedRangeIsDenied() throws {
        let rules = try self.rules(allow: ["::/0"], deny: ["8.8.8.0/24"])
        var random = SystemRandomNumberGenerator()
        let denied = SpecialPurposeAddresses.ipv4 + [try IPNetwork("8.8.8.0/24")]
        for network in denied {
            let suffix = UInt32.max.subtractingReportingOverflow(mask(network)).partialValue
            let first = network.address.ipv4Bits ?? 0
            for bits in [first, first | suffix, first | (UInt32.random(in: .min ... .max, using: &random) & suffix)] {
                for (form, encoded) in encodings(of: bits) {
                    #expect(!rules.allows(encoded), "\(form) of \(IPAddress(ipv4: bits)): \(encoded)")
                }
            }
        }
    }

    @Test func theSameEncodingsOfAPublicAddressAreAllowed() throws {
        let rules = try self.rules(allow: ["::/0"])
        // The last octet is not zero: 64:ff9b:1::/48 could else be read in two ways.
        for (form, encoded) in encodings(of: 0x0909_0909) where !form.hasPrefix("local NAT64 /") || form.hasSuffix("96")
        {
            #expect(rules.allows(encoded), "\(form): \(encoded)")
        }
    }

    private func encodings(of ipv4: UInt32) -> [(form: String, address: IPAddress)] {
        let bits = UInt64(ipv4)
        // RFC 6052, section 2.2: the octet of bits 64 to 71 is left out.
        let (top, middle) = (bits >> 16, bits & 0xFFFF)
        let local: UInt64 = 0x0064_FF9B_0001_0000
        return [
            ("mapped", .init(ipv6High: 0, low: 0xFFFF << 32 | bits)),
            ("compatible", .init(ipv6High: 0, low: bits)),
            ("translated", .init(ipv6High: 0, low: 0xFFFF_0000 << 32 | bits)),
            ("6to4", .init(ipv6High: 0x2002 << 48 | bits << 16 | 7, low: 0x1234)),
            ("NAT64", .init(ipv6High: 0x0064_FF9B << 32, low: bits)),
            ("local NAT64 /48", .init(ipv6High: local | top, low: middle << 40)),
            ("local NAT64 /56", .init(ipv6High: local | bits >> 24, low: bits << 40 & 0x00FF_FFFF_FFFF_FFFF)),
            ("local NAT64 /64", .init(ipv6High: local, low: bits << 24)),
            ("local NAT64 /96", .init(ipv6High: local | 0xABCD, low: 0x99 << 32 | bits)),
            (
                "Teredo server",
                .init(ipv6High: 0x2001_0000 << 32 | bits, low: 0x8000_0000 << 32 | ~0x0909_0909 & 0xFFFF_FFFF)
            ),
            (
                "Teredo client",
                .init(ipv6High: 0x2001_0000 << 32 | 0x0909_0909, low: 0x8000_1234 << 32 | (bits ^ 0xFFFF_FFFF))
            ),
            ("ISATAP", .init(ipv6High: 0x2600 << 48, low: 0x5EFE << 32 | bits)),
            ("ISATAP, global", .init(ipv6High: 0x2600 << 48, low: 0x0200_5EFE << 32 | bits)),
        ]
    }

    private func mask(_ network: IPNetwork) -> UInt32 { .max << (32 - UInt32(network.prefixLength)) }

    private func rules(allow: [String] = [], deny: [String] = []) throws -> PeerRules {
        PeerRules(allow: try allow.map { try IPNetwork($0) }, deny: try deny.map { try IPNetwork($0) })
    }

    private func address(_ text: String) throws -> IPAddress {
        try #require(IPAddress(text))
    }
}
