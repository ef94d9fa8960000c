// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Server

struct ApplicationProtocolTests {
    @Test func aListenerOffersWhatItServes() {
        #expect(ApplicationProtocol.offered(for: .all) == ["stun.turn", "stun.nat-discovery", "h2", "http/1.1"])
        #expect(ApplicationProtocol.offered(for: .turn) == ["stun.turn", "stun.nat-discovery"])
        #expect(ApplicationProtocol.offered(for: .web) == ["h2", "http/1.1"])
    }

    @Test func whoAgreedToSTUNGetsNoWeb() {
        #expect(ApplicationProtocol.turn.admittedRoles == .turn)
        #expect(ApplicationProtocol.natDiscovery.admittedRoles == .turn)
    }

    @Test func whoAgreedToHTTP2GetsNoTURN() {
        #expect(ApplicationProtocol.http2.admittedRoles == .web)
        #expect(ApplicationProtocol.http.admittedRoles == .all)
    }
}
