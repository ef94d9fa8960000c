// SPDX-License-Identifier: Apache-2.0

import Testing

/// What must be done in one way everywhere, read off the sources: what no test of behavior can show.
struct SourceRuleTests {
    private static let sources = Result { try Repository.files(in: "Sources", withExtension: "swift") }

    private func files(with text: String) throws -> [Repository.File] {
        let files = try Self.sources.get()
        #expect(files.count > 200, "sources are where they were")
        return files.filter { $0.text.contains(text) }
    }

    /// Of those that make a MAC, one issues passwords, one signs for a CA and one looks at captures: nothing to hide from a
    /// clock.
    @Test func `coturn 1869: who makes a MAC to compare it uses the one function`() throws {
        let makers = try files(with: "authenticationCode(of")
        let comparing = makers.filter { $0.text.contains("constantTimeEqual(") }.map(\.name)
        #expect(comparing.count >= 3 && comparing.contains("IntegrityKeys.swift"))
        let others = Set(makers.map(\.name)).subtracting(comparing)
        #expect(others == ["HMACKey.swift", "CredentialIssuer.swift", "JWS.swift", "IntegrityCheck.swift"])
    }

    @Test func `coturn 1869: that function alone asks OpenSSL to compare, and nobody asks the C library`() throws {
        #expect(try files(with: "CRYPTO_memcmp").map(\.name) == ["ConstantTimeEquality.swift"])
        for name in [" memcmp(", " strcmp(", " bcmp("] { #expect(try files(with: name).isEmpty, "\(name)") }
    }

    /// RFC 6062 forgotten, as there: a method that reads a peer's address has to ask whether it may be reached.
    @Test func `pion 0dafcab: every method that names a peer asks the one function`() throws {
        let rules = try files(with: "peerRules.allows(")
        #expect(rules.map(\.name) == ["Relay+Permission.swift"])
        let readers = try files(with: "(XORPeerAddress.self)").filter { $0.path.hasPrefix("Sources/TURNRelay/") }
        #expect(readers.count >= 3)
        for reader in readers {
            // Send is asked for the permission, which CreatePermission or ChannelBind has given.
            let asks = ["checkPeer(", "permissions.contains("].contains { reader.text.contains($0) }
            #expect(asks, "\(reader.path)")
        }
    }
}
