// SPDX-License-Identifier: Apache-2.0

import STUNCodec
import Testing

@testable import Server

struct ProxyHeaderTests {
    /// Headers that are good, and the client that each names.
    private static let good: [(bytes: [UInt8], source: String?)] = [
        (text("TCP4 192.0.2.1 192.0.2.2 56324 443"), "192.0.2.1:56324"),
        (text("TCP4 255.255.255.255 0.0.0.0 65535 0"), "255.255.255.255:65535"),
        (text("TCP6 2001:db8::1 2001:DB8::2 0 443"), "[2001:db8::1]:0"),
        (text("TCP6 ::ffff:192.0.2.1 ::1 1 443"), "192.0.2.1:1"),
        (text("UNKNOWN"), nil), (text("UNKNOWN \u{301} \r anything at all"), nil),
        (
            text("UNKNOWN ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff 65535 65535"),
            nil
        ),
        (binary(0x21, 0x11, ipv4), "192.0.2.1:56324"), (binary(0x21, 0x21, ipv6), "[2001:db8::1]:56324"),
        (binary(0x21, 0x11, ipv4 + [4, 0, 2, 7, 7] + [0x20, 0, 0]), "192.0.2.1:56324"),
        (
            binary(0x21, 0x11, ipv4 + Array(repeating: 0, count: 3) + [1, 1, 44] + Array(repeating: 9, count: 300)),
            "192.0.2.1:56324"
        ),
        (binary(0x20, 0x00, []), nil), (binary(0x20, 0x11, ipv4), nil), (binary(0x20, 0xFF, [1, 2, 3]), nil),
        (binary(0x21, 0x00, []), nil), (binary(0x21, 0x00, [1, 2, 3]), nil), (binary(0x21, 0x12, ipv4), nil),
        (binary(0x21, 0x31, Array(repeating: 0x2F, count: 216)), nil), (binary(0x21, 0x10, ipv4), nil),
        (checksummed, "192.0.2.1:56324"),
    ]

    /// The verdict comes with the last byte of the header, not before, and what follows does not change it.
    @Test(arguments: good.indices) func everyPrefixNeedsMore(index: Int) {
        let (bytes, source) = Self.good[index]
        for length in 0..<bytes.count {
            #expect(parse(Array(bytes.prefix(length))) == .needMore, "\(length)")
        }
        for rest in [[], [0x16, 3, 1], Array("GET / HTTP/1.1\r\n".utf8)] as [[UInt8]] {
            guard case .header(let header) = parse(bytes + rest) else {
                Issue.record("no header in \(bytes)")
                continue
            }
            #expect(header.length == bytes.count && header.source?.description == source)
        }
    }

    @Test(arguments: [
        "TCP4 192.0.2.1 192.0.2.2 56324", "TCP4 192.0.2.1 192.0.2.2 56324 443 ", "TCP4  192.0.2.1 192.0.2.2 56324 443",
        "TCP4 192.0.2.1 192.0.2.2 56324 443 1", "TCP4 192.0.2.256 192.0.2.2 1 2", "TCP4 192.0.2.01 192.0.2.2 1 2",
        "TCP4 192.0.2.1 192.0.2.2 65536 1", "TCP4 192.0.2.1 192.0.2.2 1 65536", "TCP4 192.0.2.1 192.0.2.2 01 1",
        "TCP4 192.0.2.1 192.0.2.2 +1 1", "TCP4 192.0.2.1 192.0.2.2 -1 1", "TCP4 192.0.2.1 192.0.2.2  1",
        "TCP4 2001:db8::1 2001:db8::2 1 2", "TCP6 192.0.2.1 192.0.2.2 1 2", "TCP6 2001:db8::1 192.0.2.2 1 2",
        "TCP6 fe80::1%eth0 ::1 1 2", "UDP4 192.0.2.1 192.0.2.2 1 2", "tcp4 192.0.2.1 192.0.2.2 1 2", "TCP4", "",
        "UNKNOWNS", "\u{301}", "TCP4 192.0.2.1 192.0.2.2 1 \u{661}", "TCP4 192.0.2.1 192.0.2.2 1 2\n",
        "TCP4\t192.0.2.1 192.0.2.2 1 2",
    ])
    func badLines(line: String) {
        #expect(parse(Self.text(line)) == .invalid)
    }

    /// "If the CRLF sequence is not found in the first 107 characters, the receiver should declare the line invalid."
    @Test func aLineHasAtMost107Bytes() {
        let line = Array("PROXY UNKNOWN ".utf8) + Array(repeating: 0x78, count: 107)
        #expect(parse(Array(line.prefix(106))) == .needMore)
        #expect(parse(Array(line.prefix(107))) == .invalid)
        #expect(parse(line.prefix(105) + [13, 10]) != .invalid)
        #expect(parse(line.prefix(106) + [13, 10]) == .invalid)
        #expect(parse(line.prefix(20) + [10]) == .needMore, "LF alone ends no line")
    }

    @Test(arguments: [
        Array("GET / HTTP/1.1\r\n".utf8), Array("PROXI".utf8), Array("PROXY\t".utf8), Array("proxy ".utf8),
        [13, 10, 13, 10, 0, 13, 11], [13, 13], [0], [22, 3, 1], [0xFF],
    ])
    func otherBeginsAreInvalidAtOnce(bytes: [UInt8]) {
        var result = ProxyHeader.Result.needMore
        for length in 0...bytes.count where result == .needMore {
            result = parse(Array(bytes.prefix(length)))
        }
        #expect(result == .invalid)
    }

    @Test func unassignedVersionsCommandsFamiliesAndTransportsAreInvalid() {
        for byte in UInt8.min...UInt8.max {
            let hasCommand = parse(Self.binary(byte, 0x11, Self.ipv4)) != .invalid
            #expect(hasCommand == (byte == 0x20 || byte == 0x21), "\(byte)")
            let longest = Array(repeating: UInt8(0), count: 216)
            let hasFamily = parse(Self.binary(0x21, byte, longest)) != .invalid
            #expect(hasFamily == (byte >> 4 <= 3 && byte & 15 <= 2), "\(byte)")
        }
    }

    @Test func addressesMustFit() {
        for length in 0..<12 {
            #expect(parse(Self.binary(0x21, 0x11, Array(Self.ipv4.prefix(length)))) == .invalid)
        }
        for length in 0..<36 {
            #expect(parse(Self.binary(0x21, 0x21, Array(Self.ipv6.prefix(length)))) == .invalid)
        }
    }

    @Test(
        arguments: [[4], [4, 0], [4, 0, 1], [4, 0, 0, 4], [4, 0xFF, 0xFF, 0], [3, 0, 0], [3, 0, 3, 1, 2, 3]]
            as [[UInt8]]
    )
    func valuesMustFit(values: [UInt8]) {
        #expect(parse(Self.binary(0x21, 0x11, Self.ipv4 + values)) == .invalid)
    }

    @Test func everyChangedBitBreaksTheChecksum() {
        for position in Self.checksummed.indices where position >= 16 {
            for bit in 0..<8 {
                var bytes = Self.checksummed
                bytes[position] ^= 1 << bit
                // Without its type the checksum is a value like others.
                guard position != 28 else { continue }
                #expect(parse(bytes) == .invalid, "\(position)")
            }
        }
    }

    @Test func theLongestHeaderIsRead() {
        let values = Self.ipv4 + [4, 0xFF, 0xF0] + Array(repeating: 0, count: 0xFFF0)
        let bytes = Self.binary(0x21, 0x11, values)
        #expect(bytes.count == 65_551)
        #expect(parse(Array(bytes.dropLast())) == .needMore)
        guard case .header(let header) = parse(bytes) else {
            Issue.record("no header")
            return
        }
        #expect(header.length == 65_551)
    }

    @Test func noBytesTrap() {
        var generator = SystemRandomNumberGenerator()
        for (bytes, _) in Self.good {
            for _ in 0..<200 {
                var bytes = bytes
                for _ in 0..<Int.random(in: 1...4, using: &generator) {
                    bytes[Int.random(in: bytes.indices, using: &generator)] = .random(in: 0...255, using: &generator)
                }
                if case .header(let header) = parse(bytes) {
                    #expect(header.length <= bytes.count)
                }
            }
        }
    }

    private func parse(_ bytes: [UInt8]) -> ProxyHeader.Result {
        ProxyHeader.parse(bytes.rawSpan)
    }

    // MARK: Headers

    private static let ipv4: [UInt8] = [192, 0, 2, 1, 192, 0, 2, 2, 0xDC, 0x04, 1, 0xBB]
    private static let ipv6: [UInt8] =
        [0x20, 1, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1] + [
            0x20, 1, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2,
        ]
        + [0xDC, 0x04, 1, 0xBB]

    /// Made by another implementation of CRC-32C.
    private static let checksummed = binary(0x21, 0x11, ipv4 + [3, 0, 4, 0x3B, 0x86, 0x5A, 0x9A] + [4, 0, 1, 0])

    private static func text(_ line: String) -> [UInt8] {
        Array("PROXY \(line)\r\n".utf8)
    }

    private static func binary(_ command: UInt8, _ family: UInt8, _ rest: [UInt8]) -> [UInt8] {
        Array("\r\n\r\n\0\r\nQUIT\n".utf8) + [command, family, UInt8(rest.count >> 8), UInt8(rest.count & 255)] + rest
    }
}
