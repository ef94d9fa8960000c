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
        (Array("OPTIONS *".utf8), .http), (Array("PRI * HTTP/2.0".utf8), .unknown), (Array("get /".utf8), .unknown),
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
