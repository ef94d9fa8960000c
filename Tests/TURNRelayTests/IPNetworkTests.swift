// SPDX-License-Identifier: Apache-2.0

import STUNCodec
import Testing

@testable import TURNRelay

struct IPNetworkTests {
    @Test(arguments: [
        ("192.0.2.0/24", "192.0.2.0/24"), ("0.0.0.0/0", "0.0.0.0/0"), ("192.0.2.1", "192.0.2.1/32"),
        ("2001:DB8::/32", "2001:db8::/32"), ("::/0", "::/0"), ("::1", "::1/128"), ("192.0.2.1/32", "192.0.2.1/32"),
        ("::ffff:192.0.2.0/120", "::ffff:c000:200/120"),
    ])
    func text(given: String, canonical: String) throws {
        #expect(try IPNetwork(given).description == canonical)
    }

    @Test func textsThatNameNoNetworkAreExplained() {
        let errors: [(String, IPNetworkError)] = [
            ("", .notAnAddress("")), ("/", .notAnAddress("/")), ("10.0.0/8", .notAnAddress("10.0.0/8")),
            ("localhost", .notAnAddress("localhost")), (" 10.0.0.0/8", .notAnAddress(" 10.0.0.0/8")),
            ("10.0.0.0/33", .prefixLength("10.0.0.0/33", maximum: 32)),
            ("10.0.0.0/", .prefixLength("10.0.0.0/", maximum: 32)),
            ("10.0.0.0/+8", .prefixLength("10.0.0.0/+8", maximum: 32)),
            ("10.0.0.0/8/8", .prefixLength("10.0.0.0/8/8", maximum: 32)),
            ("10.0.0.0/255.0.0.0", .prefixLength("10.0.0.0/255.0.0.0", maximum: 32)),
            ("::/129", .prefixLength("::/129", maximum: 128)),
            ("::/99999999999999999999", .prefixLength("::/99999999999999999999", maximum: 128)),
            (
                "10.1.2.3/8",
                .bitsAfterPrefix(
                    "10.1.2.3/8",
                    network: IPNetwork(around: IPAddress(ipv4: 0x0A00_0000), prefixLength: 8)
                )
            ),
        ]
        for (text, error) in errors {
            #expect(throws: error) { try IPNetwork(text) }
            #expect(error.description.contains("'\(text)'"))
        }
    }

    @Test func familiesDoNotMix() throws {
        let all = (ipv4: try IPNetwork("0.0.0.0/0"), ipv6: try IPNetwork("::/0"))
        #expect(!all.ipv4.contains(IPAddress(ipv6High: 0, low: 0xFFFF_C000_0201)))
        #expect(!all.ipv6.contains(IPAddress(ipv4: 1)))
    }

    /// Other servers compared byte by byte, and let addresses through.
    @Test func containsAgreesWithComparingBitByBit() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<5_000 {
            let family: IPAddress.Family = Bool.random(using: &random) ? .ipv4 : .ipv6
            let length = Int.random(in: 0...family.width, using: &random)
            let address = IPAddress(family: family, bits: .random(in: .min ... .max, using: &random))
            let network = IPNetwork(around: address, prefixLength: length)
            // One flipped bit decides: an address at random would hardly ever be inside.
            let flipped = Int.random(in: 0..<family.width, using: &random)
            let other = IPAddress(family: family, bits: address.bits ^ 1 << UInt128(flipped))
            let expected = bitByBit(address).prefix(length) == bitByBit(other).prefix(length)
            #expect(network.contains(other) == expected, "\(network) \(other)")
            #expect(network.contains(address))
        }
    }

    /// From the address's text form, which knows nothing of numbers of 128 bits.
    private func bitByBit(_ address: IPAddress) -> [Bool] {
        let words: [UInt64] = address.ipv6Bits.map { [$0.high, $0.low] } ?? [UInt64(address.ipv4Bits ?? 0) << 32]
        return words.flatMap { word in (0..<64).map { (word << $0) >> 63 == 1 } }.prefix(address.family.width).map(
            \.self
        )
    }

    @Test(arguments: [
        ("10.0.0.0", "10.255.255.255", ["10.0.0.0/8"]), ("0.0.0.0", "255.255.255.255", ["0.0.0.0/0"]),
        ("192.0.2.1", "192.0.2.1", ["192.0.2.1/32"]),
        ("192.0.2.3", "192.0.2.8", ["192.0.2.3/32", "192.0.2.4/30", "192.0.2.8/32"]),
        ("::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", ["::/0"]), ("::1", "::2", ["::1/128", "::2/128"]),
        ("255.255.255.254", "255.255.255.255", ["255.255.255.254/31"]),
    ])
    func rangesBecomeNetworks(first: String, last: String, networks: [String]) throws {
        let covering = IPNetwork.covering(try #require(IPAddress(first)), through: try #require(IPAddress(last)))
        #expect(covering?.map(\.description) == networks)
    }

    @Test func rangesInTheWrongOrderOrOfTwoFamiliesAreNone() throws {
        let two = IPAddress(ipv4: 2)
        #expect(IPNetwork.covering(two, through: IPAddress(ipv4: 1)) == nil)
        #expect(IPNetwork.covering(two, through: IPAddress(ipv6High: 0, low: 9)) == nil)
    }

    @Test func randomRangesAreCoveredWithoutGapAndOverlap() throws {
        for _ in 0..<500 {
            let family: IPAddress.Family = Bool.random() ? .ipv4 : .ipv6
            let ends = [0, 1].map { _ in IPAddress(family: family, bits: .random(in: .min ... .max)) }
            let (first, last) = ends[0].bits <= ends[1].bits ? (ends[0], ends[1]) : (ends[1], ends[0])
            let networks = try #require(IPNetwork.covering(first, through: last))
            var next: UInt128? = first.bits
            for network in networks {
                #expect(network.address.bits == next)
                let end = network.address.bits + (~0 >> (128 - UInt128(family.width - network.prefixLength)))
                next = end == .max ? nil : end + 1
            }
            #expect(next == (last.bits == .max ? nil : last.bits + 1))
            #expect(networks.count <= 2 * family.width)
        }
    }
}
