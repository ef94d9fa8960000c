// SPDX-License-Identifier: Apache-2.0

import OpenSSLCrypto
import OpenSSLTLS
import Testing

/// TLS-ALPN-01 (RFC 8737): who offers `acme-tls/1` alone gets a challenge certificate or nothing.
@Suite struct ValidationTests {
    private let store: TLSIdentityStore
    private let server: TLSServerConfiguration

    init() throws {
        store = TLSIdentityStore([try Fixtures.identity("a.test")])
        server = try TLSServerConfiguration(identities: store, applicationProtocols: ["http/1.1"])
        let answer = try ValidationCertificate(dnsName: "b.test", keyAuthorization: "token.thumbprint")
        store.replaceChallenges(with: [
            "b.test": try TLSIdentity(certificatePEM: answer.certificatePEM, privateKeyPEM: answer.privateKeyPEM)
        ])
    }

    private func shakeHands(_ name: String?, alpn: [String], version: TLSVersion = .tls13) throws -> Pair {
        let pair = try Pair(Fixtures.client(version, trust: .insecure, alpn: alpn), server, name: name)
        try pair.pump()
        return pair
    }

    @Test(arguments: [TLSVersion.tls12, .tls13], ["b.test", "B.TEST"])
    func aNameThatIsBeingValidated(version: TLSVersion, name: String) throws {
        let pair = try shakeHands(name, alpn: ["acme-tls/1"], version: version)
        let session = try #require(pair.client.recorder.session)
        #expect(session.alpn == "acme-tls/1" && session.peerCertificates.first?.subject == "CN=ACME challenge")
        #expect(pair.server.recorder.session?.alpn == TLSSession.validationProtocol)
    }

    /// Also one that the server has a certificate for.
    @Test(arguments: ["a.test", "c.test", nil])
    func anyOtherNameFails(name: String?) throws {
        let pair = try shakeHands(name, alpn: ["acme-tls/1"])
        #expect(pair.client.recorder.tlsError?.reason == .alertReceived(112), "unrecognized_name")
        #expect(pair.client.recorder.session == nil)
        #expect(pair.server.recorder.tlsError?.description == "peer validates a name that is not being validated")
    }

    @Test(arguments: [[], ["http/1.1"], ["acme-tls/1", "http/1.1"], ["http/1.1", "acme-tls/1"]])
    func othersAreServedAsEver(alpn: [String]) throws {
        let session = try #require(try shakeHands("a.test", alpn: alpn).client.recorder.session)
        #expect(session.peerCertificates.first?.dnsNames == ["a.test"])
        #expect(session.alpn == (alpn.isEmpty ? nil : "http/1.1"))
        #expect(try shakeHands("b.test", alpn: alpn).client.recorder.session == nil, "that is for the CA alone")
    }

    @Test func afterwardsTheNameFailsToo() throws {
        store.replaceChallenges(with: [:])
        let pair = try shakeHands("b.test", alpn: ["acme-tls/1"])
        #expect(pair.client.recorder.tlsError?.reason == .alertReceived(112))
    }
}
