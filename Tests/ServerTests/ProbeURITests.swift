// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Server

struct ProbeURITests {
    @Test func parts() throws {
        let turns = try ProbeURI("turns:turn.example.com:443?transport=tcp")
        #expect(turns.host == "turn.example.com" && turns.port == 443 && turns.isTURN && turns.isSecure)
        #expect(turns.transport == .tcp)
        let plain = try ProbeURI("turn:[2001:db8::1]:3478")
        #expect(plain.host == "2001:db8::1" && plain.port == 3478 && !plain.isSecure && plain.transport == .udp)
        #expect(try ProbeURI("turn:host?transport=tcp").port == 3478)
        #expect(try ProbeURI("stuns:host").port == 5349)
        let stun = try ProbeURI("STUN:host")
        #expect(!stun.isTURN && stun.transport == .udp)
        #expect(try ProbeURI("turn:[::1]").host == "::1")
    }

    @Test(arguments: [
        "", "turn.example.com", "http://x", "turn:", "turn::3478", "turn:host:0", "turn:host:65536", "turn:host:x",
        "turn:host?transport=sctp", "turns:host?transport=udp", "turn:host?x=y", "turn:ho st", "turn://host",
        "turn:host?a?b",
    ])
    func bad(text: String) {
        #expect(throws: StartupError.self) { try ProbeURI(text) }
    }

    @Test func exitCodesAreDistinct() {
        #expect(ProbeStep.allCases.map(\.exitCode) == Array(10...19))
    }
}
