// SPDX-License-Identifier: Apache-2.0

import STUNCodec
import Testing

@testable import Server

struct ListenAddressTests {
    @Test(arguments: [
        ("127.0.0.1:8443", "127.0.0.1:8443", ListenAddress.Roles.all), ("[::]:443", "[::]:443", .all),
        ("192.0.2.1:443/web", "192.0.2.1:443", .web), ("[2001:db8::1]:443/turn", "[2001:db8::1]:443", .turn),
        ("0.0.0.0:0", "0.0.0.0:0", .all),
    ])
    func good(text: String, address: String, roles: ListenAddress.Roles) throws {
        let listen = try ListenAddress(text)
        #expect(listen.description == address && listen.roles == roles)
    }

    @Test(arguments: [
        "", "443", ":443", "localhost:443", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1",
        "127.0.0.1:+1",
        "127.0.0.1:443/", "127.0.0.1:443/foo", "127.0.0.1:443/web/turn", "::1:443", "[127.0.0.1]:443", "[::1:443",
        "127.0.0.1:4 43", "256.0.0.1:443",
    ])
    func bad(text: String) {
        #expect(throws: StartupError.self) { try ListenAddress(text) }
    }
}
