// SPDX-License-Identifier: Apache-2.0

import Foundation
import NIOCore
import NIOEmbedded
import OpenSSLCrypto
import OpenSSLTLS
import Testing

@Suite struct VerificationTests {
    /// Connects to a server with `identity` and returns (the client's error, the server's error).
    private func errors(
        _ identity: TLSIdentity,
        name: String? = "a.test",
        version: TLSVersion = .tls13,
        trust: TLSTrust? = nil
    ) throws -> (client: TLSError?, server: TLSError?) {
        let client = try Fixtures.client(version, trust: trust ?? .certificatePEM(Fixtures.authority.certificatePEM))
        let pair = try Pair(client, Fixtures.server(identity, servesUnknownNames: true), name: name)
        try pair.pump()
        #expect(pair.client.recorder.errors.count <= 1)
        #expect(pair.server.recorder.errors.count <= 1)
        if pair.client.recorder.tlsError != nil { #expect(!pair.client.channel.isActive) }
        return (pair.client.recorder.tlsError, pair.server.recorder.tlsError)
    }

    @Test(arguments: [TLSVersion.tls12, .tls13])
    func wrongName(version: TLSVersion) throws {
        let result = try errors(Fixtures.identity("b.test", "c.test"), version: version)
        #expect(result.client?.reason == .certificateRejected)
        #expect(result.client?.description == "name a.test not in certificate (names: b.test, c.test, 127.0.0.1)")
        #expect(result.client?.peerCertificates.count == 2)
        #expect(result.server?.alert == 42, "bad_certificate")
        #expect(result.server?.description == "peer's alert: bad certificate (42)")
    }

    @Test func expired() throws {
        let result = try errors(Fixtures.identity("a.test", days: 10, startingAt: 1_700_000_000))
        #expect(result.client?.description == "certificate expired on 2023-11-24")
        #expect(result.server?.description == "peer's alert: certificate expired (45)")
    }

    @Test func notYetValid() throws {
        let result = try errors(Fixtures.identity("a.test", startingAt: 4_000_000_000))
        #expect(result.client?.description == "certificate is not valid before 2096-10-02")
    }

    @Test func unknownIssuer() throws {
        let issued = try CertificateAuthority.make(commonName: "Foreign CA").issue(
            dnsNames: ["a.test"],
            ipAddresses: []
        )
        let identity = try TLSIdentity(
            certificatePEM: issued.certificateChainPEM,
            privateKeyPEM: issued.privateKeyPEM
        )
        let chained = try errors(identity)
        #expect(chained.client?.description == "self-signed certificate in chain: CN=Foreign CA is not trusted")
        #expect(chained.server?.description == "peer's alert: unknown CA (48)")

        let end = try #require(issued.certificateChainPEM.range(of: "-----END CERTIFICATE-----\n"))
        let leaf = try TLSIdentity(
            certificatePEM: String(issued.certificateChainPEM[..<end.upperBound]),
            privateKeyPEM: issued.privateKeyPEM
        )
        #expect(try errors(leaf).client?.description == "issuer CN=Foreign CA not trusted")
    }

    @Test func selfSigned() throws {
        let foreign = try CertificateAuthority.make(commonName: "Self")
        let identity = try TLSIdentity(
            certificatePEM: foreign.certificatePEM,
            privateKeyPEM: foreign.privateKeyPEM
        )
        #expect(try errors(identity).client?.description == "self-signed certificate")
    }

    @Test func addressesAreNames() throws {
        let identity = try Fixtures.identity("a.test")
        #expect(try errors(identity, name: "127.0.0.1").client == nil)
        let wrong = try errors(identity, name: "127.0.0.2").client
        #expect(wrong?.description == "name 127.0.0.2 not in certificate (names: a.test, 127.0.0.1)")
    }

    @Test func withoutNameOnlyTheSignerCounts() throws {
        #expect(try errors(Fixtures.identity("b.test"), name: nil).client == nil)
    }

    @Test func systemRootsDoNotHoldOurs() throws {
        #expect(try errors(Fixtures.identity("a.test"), trust: .systemRoots).client?.reason == .certificateRejected)
    }

    @Test func insecureTellsTheProblem() throws {
        let expired = try Fixtures.server(Fixtures.identity("a.test", days: 10, startingAt: 1_700_000_000))
        let pair = try Pair(Fixtures.client(trust: .insecure), expired, name: "a.test")
        try pair.pump()
        let session = try #require(pair.client.recorder.session)
        #expect(session.verificationProblem == "self-signed certificate in chain: CN=Test CA is not trusted")
        #expect(session.peerCertificates.count == 2)
        let secure = try Pair(Fixtures.client(), Fixtures.server(Fixtures.identity("a.test")), name: "a.test")
        try secure.pump()
        #expect(secure.client.recorder.session?.verificationProblem == nil)
    }

    @Test(arguments: ["", String(repeating: "a", count: 300), "a\0b"])
    func impossibleServerNames(name: String) throws {
        let result = try errors(Fixtures.identity("a.test"), name: name)
        #expect(result.client?.reason == .internalFailure)
        #expect(result.server == nil)
    }
}
