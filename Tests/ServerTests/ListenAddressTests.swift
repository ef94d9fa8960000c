// SPDX-License-Identifier: Apache-2.0

import STUNCodec
import Testing

@testable import Server

struct ListenAddressTests {
    @Test(arguments: [
        ("127.0.0.1:8443", "127.0.0.1:8443", ListenAddress.Roles.all), ("[::]:443", "[::]:443", .all),
        ("192.0.2.1:443/web", "192.0.2.1:443", .web), ("[2001:db8::1]:443/turn", "[2001:db8::1]:443", .turn),
        ("0.0.0.0:0", "0.0.0.0:0", .all), ("udp:127.0.0.1:3478", "udp:127.0.0.1:3478", .turn),
        ("tcp:[::1]:3478", "tcp:[::1]:3478", .turn), ("tls:0.0.0.0:5349", "tls:0.0.0.0:5349", .turn),
    ])
    func good(text: String, address: String, roles: ListenAddress.Roles) throws {
        let listen = try ListenAddress(text)
        #expect(listen.description == address && listen.roles == roles)
    }

    @Test(arguments: [
        "", "443", ":443", "localhost:443", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1",
        "127.0.0.1:+1",
        "127.0.0.1:443/", "127.0.0.1:443/foo", "127.0.0.1:443/web/turn", "::1:443", "[127.0.0.1]:443", "[::1:443",
        "127.0.0.1:4 43", "256.0.0.1:443", "udp:127.0.0.1", "udp:3478", "udp::3478", "tls:127.0.0.1:443/turn",
        "tcp:127.0.0.1:443/web", "UDP:127.0.0.1:3478", "sctp:127.0.0.1:3478", "udp:tcp:127.0.0.1:3478",
        "tcp://127.0.0.1:1",
    ])
    func bad(text: String) {
        #expect(throws: StartupError.self) { try ListenAddress(text) }
    }

    /// What is served where, inside TLS and without, with TURN over TCP on multiplexed ports and without it.
    @Test(
        arguments: [
            ("127.0.0.1:1", .all, .web, .all), ("127.0.0.1:1/web", .web, .web, .web),
            ("127.0.0.1:1/turn", .turn, [], .turn), ("tcp:127.0.0.1:1", [], .turn, .turn),
            ("tls:127.0.0.1:1", .turn, [], []), ("udp:127.0.0.1:1", [], .turn, .turn),
        ] as [(String, ListenAddress.Roles, ListenAddress.Roles, ListenAddress.Roles)]
    )
    func roles(
        text: String,
        insideTLS: ListenAddress.Roles,
        plain: ListenAddress.Roles,
        withPlainTURN: ListenAddress.Roles
    ) throws {
        let listen = try ListenAddress(text)
        #expect(listen.rolesInsideTLS == insideTLS)
        #expect(listen.plainRoles(servesPlainTURN: false) == plain)
        #expect(listen.plainRoles(servesPlainTURN: true) == withPlainTURN)
    }

    @Test func servicesInWords() throws {
        #expect(try ListenAddress("[::]:443").services(servesPlainTURN: false) == ["web", "TURN over TLS"])
        #expect(try ListenAddress("[::]:443").services(servesPlainTURN: true).last == "TURN over TCP")
        #expect(try ListenAddress("udp:[::]:3478").services(servesPlainTURN: true) == ["TURN over UDP"])
        #expect(try ListenAddress("tls:[::]:5349").services(servesPlainTURN: true) == ["TURN over TLS"])
    }
}
