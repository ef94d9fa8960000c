// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Server

/// Options about certificates that come by themselves.
struct ACMEOptionsTests {
    @Test func `a domain is the whole set-up`() async throws {
        let configuration = try await load(["--domain", "Call.Example.com"])
        let options = try #require(configuration.acme)
        #expect(configuration.callHost == "call.example.com" && configuration.turnHost == nil)
        #expect(options.domains == ["call.example.com"] && options.directories == [ACMEOptions.letsEncrypt])
        #expect(options.stateDirectory == "/var/lib/swiftturn/acme" && options.email == nil && options.caFile == nil)
        #expect(try await load(["--certificate", "c.pem", "--private-key", "k.pem"]).acme == nil)
    }

    @Test func `every option in the environment`() async throws {
        let path = "https://ca.test/dir"
        let configuration = try await load(
            [],
            [
                "SWIFTTURN_DOMAIN": "call.test.example", "SWIFTTURN_TURN_DOMAIN": "turn.test.example",
                "SWIFTTURN_ACME_EMAIL": "me@test.example", "SWIFTTURN_ACME_DIRECTORY": path,
                "SWIFTTURN_ACME_FALLBACK_DIRECTORY": "https://other.test/dir", "SWIFTTURN_ACME_STATE": "/state",
                "SWIFTTURN_ACME_CA_FILE": "ca.pem", "DOMAIN": "call.test.example",
            ]
        )
        let options = try #require(configuration.acme)
        #expect(options.domains == ["call.test.example", "turn.test.example"])
        #expect(configuration.turnHost == "turn.test.example" && options.email == "me@test.example")
        #expect(options.directories == [path, "https://other.test/dir"])
        #expect(options.stateDirectory == "/state" && options.caFile == "ca.pem")
    }

    @Test func `every option in the file`() async throws {
        let yaml = """
            domain: call.test.example
            turn-domain: call.test.example
            acme-email: me@test.example
            acme-directory: https://ca.test/dir
            acme-fallback-directory: https://other.test/dir
            acme-state: /state
            acme-ca-file: ca.pem
            """
        try await withFile(yaml) { path in
            let options = try #require(try await load(["--config", path]).acme)
            #expect(options.domains == ["call.test.example"], "the same name once")
            #expect(options.directories.count == 2 && options.email == "me@test.example")
        }
    }

    @Test(arguments: [
        "call", "call.", ".example", "a..b", "*.example.com", "call.example.com:443", "192.0.2.1", "call_1.example.com",
        String(repeating: "a", count: 64) + ".example.com",
    ])
    func `what no CA gives certificates for`(name: String) async throws {
        let error = await #expect(throws: StartupError.self) { try await load(["--domain", name]) }
        #expect(error?.kind == .configuration)
    }

    @Test func `a fallback is another CA`() async throws {
        let same = ["--domain", "a.example.com", "--acme-fallback-directory", ACMEOptions.letsEncrypt]
        await #expect(throws: StartupError.self) { try await load(same) }
    }

    /// Where requests to CAs go: to https alone, whatever a CA gives as an address.
    @Test func `addresses of CAs`() throws {
        let target = try HTTPSTarget("https://ca.test/a%20b/c?x=1")
        #expect(target.host == "ca.test" && target.port == 443 && target.path == "/a%20b/c?x=1")
        #expect(target.authority == "ca.test")
        let other = try HTTPSTarget("https://[2001:db8::1]:14000")
        #expect(other.host == "2001:db8::1" && other.path == "/" && other.authority == "[2001:db8::1]:14000")
        for text in [
            "http://ca.test/", "", "ca.test", "https:///x", "https://me@ca.test/", "file:///etc/passwd", "\u{0}",
        ] {
            #expect(throws: (any Error).self, "\(text)") { try HTTPSTarget(text) }
        }
    }
}
