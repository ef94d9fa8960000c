// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import STUNCodec

struct IPAddressTests {
    /// RFC 5952 and its examples.
    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"),
        ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("2001:DB8::1", "2001:db8::1"),
        ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
        ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"), ("::ffff:192.0.2.1", "::ffff:c000:201"),
        ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"), ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
    ])
    func text(given: String, canonical: String) throws {
        let address = try #require(IPAddress(given))
        #expect(address.description == canonical)
        #expect(IPAddress(canonical) == address)
    }

    @Test(arguments: [
        "", "1", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.+4", "1.2.3.-4", " 1.2.3.4", "a.b.c.d", ":",
        ":::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "g::", "::1.2.3", "1.2.3.4::", "::+1",
        "fe80::1%eth0", "1:2:3:4:5:6:7::8:9", "::1:2:3:4:5:6:7:8",
    ])
    func notAnAddress(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test func canonical() throws {
        #expect(try #require(IPAddress("::ffff:127.0.0.1")).canonical == IPAddress("127.0.0.1"))
        #expect(try #require(IPAddress("::127.0.0.1")).canonical == IPAddress("::127.0.0.1"))
        #expect(try #require(IPAddress("127.0.0.1")).canonical == IPAddress("127.0.0.1"))
    }

    @Test func packetKinds() {
        let kinds = (UInt8.min...UInt8.max).map(PacketKind.init(firstByte:))
        #expect(kinds[0] == .stun && kinds[3] == .stun && kinds[22] == .dtls && kinds[64] == .channelData)
        #expect(kinds[79] == .channelData && kinds[128] == .rtp && kinds[191] == .rtp && kinds[4] == .unknown)
    }
}
