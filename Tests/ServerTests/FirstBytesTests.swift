// SPDX-License-Identifier: Apache-2.0

import STUNCodec
import Testing

@testable import Server

struct FirstBytesTests {
    private static let binding: [UInt8] =
        [0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42] + Array(repeating: 7, count: 12)

    /// Whole beginnings, and what each is. The verdict is the same however the bytes are cut, and never comes too early.
    @Test(arguments: [
        ([22, 3, 1, 2, 0, 1], FirstBytes.Verdict.tls), ([22, 3, 3, 0, 0], .tls), ([22, 2], .unknown),
        (binding, .turn), ([0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x43], .unknown), ([3, 0, 0, 0, 1, 2, 3, 4], .unknown),
        ([0x40, 0, 0, 4], .turn), ([0x4F, 0xFF], .turn), ([0x47, 0x45, 0, 4], .turn),
        (Array("GET / HTTP/1.1".utf8), .http), (Array("HEAD /".utf8), .http), (Array("POST /".utf8), .http),
        (Array("OPTIONS *".utf8), .http), (Array("PRI * HTTP/2.0".utf8), .http2), (Array("get /".utf8), .unknown),
        (Array("GETX".utf8), .turn), (Array("SSH-2.0".utf8), .unknown), ([0x80, 1], .unknown),
        ([21, 3, 3, 0, 2], .unknown),
        ([0xFF], .unknown), ([4], .unknown),
    ])
    func verdicts(bytes: [UInt8], expected: FirstBytes.Verdict) {
        var verdict = FirstBytes.Verdict.needMore
        for length in 0...bytes.count where verdict == .needMore {
            verdict = FirstBytes.verdict(on: Array(bytes.prefix(length)).rawSpan)
        }
        #expect(verdict == expected)
        #expect(FirstBytes.verdict(on: bytes.rawSpan) == expected)
    }

    /// What else is tried on port 443. Letters from `@` to `O` begin a channel number too: TURN gets them, waits for the
    /// rest, and the connection ends as every silent one does.
    @Test(arguments: [
        ("SSH", Array("SSH-2.0-OpenSSH_9".utf8), FirstBytes.Verdict.unknown),
        ("SMTP", Array("EHLO example.org\r\n".utf8), .turn), ("IRC", Array("NICK a\r\n".utf8), .turn),
        ("SIP", Array("REGISTER sip:a SIP/2.0\r\n".utf8), .unknown),
        ("SIP INVITE", Array("INVITE sip:a SIP/2.0".utf8), .turn),
        ("PROXY", Array("PROXY TCP4 192.0.2.1 192.0.2.2 1 443\r\n".utf8), .unknown),
        ("PROXY version 2", [13, 10, 13, 10, 0, 13, 10, 0x51, 0x55, 0x49, 0x54, 10], .unknown),
        ("HTTP/2", Array("PRI * HTTP/2.0\r\n\r\nSM".utf8), .http2), ("SOCKS 4", [4, 1, 1, 187], .unknown),
        ("SOCKS 5", [5, 1, 0], .unknown), ("RDP", [3, 0, 0, 19, 14, 224, 0, 0], .unknown),
        ("PostgreSQL", [0, 0, 0, 8, 4, 210, 22, 47], .unknown), ("MQTT", [0x10, 0x20, 0, 4], .unknown),
        ("SMB", [0, 0, 0, 0x54, 0xFF, 0x53, 0x4D, 0x42], .unknown), ("Redis", Array("*1\r\n".utf8), .unknown),
        ("DNS", [0, 0x1D, 0x12, 0x34, 1, 0, 0, 1], .unknown), ("DTLS", [22, 0xFE, 0xFD, 0, 0], .unknown),
        ("SSL 2", [0x80, 0x2E, 1, 0, 2], .unknown), ("QUIC", [0xC3, 0, 0, 0, 1], .unknown),
        ("BitTorrent", [19] + Array("BitTorrent protocol".utf8), .unknown),
        ("classic STUN", [0, 1, 0, 0, 1, 2, 3, 4], .unknown),
    ]) func `other protocols`(name: String, bytes: [UInt8], expected: FirstBytes.Verdict) {
        for length in 1...bytes.count {
            let verdict = FirstBytes.verdict(on: Array(bytes.prefix(length)).rawSpan)
            #expect(verdict == expected || verdict == .needMore, "\(name)")
        }
        #expect(FirstBytes.verdict(on: bytes.rawSpan) == expected, "\(name)")
    }

    @Test func everyVerdictNeedsAtMostEightBytes() {
        var generator = SystemRandomNumberGenerator()
        for first in UInt8.min...UInt8.max {
            for _ in 0..<50 {
                let bytes = [first] + (0..<7).map { _ in UInt8.random(in: 0...255, using: &generator) }
                #expect(FirstBytes.verdict(on: bytes.rawSpan) != .needMore)
            }
        }
    }
}
