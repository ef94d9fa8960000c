// SPDX-License-Identifier: Apache-2.0

import Foundation
import OpenSSLCrypto
import Testing

@Suite struct CertificateAuthorityTests {
    @Test func authorityIssuesLeaf() throws {
        let authority = try CertificateAuthority.make(commonName: "Test CA")
        let start: Int64 = 1_700_000_000
        let issued = try authority.issue(
            dnsNames: ["call.example.com", "*.example.org"],
            ipAddresses: ["192.0.2.1", "2001:db8::1"],
            validForDays: 10,
            startingAt: start
        )
        let summaries = try CertificateSummary.all(inPEM: issued.certificateChainPEM)
        try #require(summaries.count == 2)
        let leaf = summaries[0]
        #expect(leaf.subject == "CN=call.example.com")
        #expect(leaf.issuer == "CN=Test CA")
        #expect(leaf.dnsNames == ["call.example.com", "*.example.org"])
        #expect(leaf.ipAddresses == ["192.0.2.1", "2001:db8::1"])
        #expect(leaf.notBefore == start)
        #expect(leaf.notAfter == start + 10 * 86_400 - 1)
        #expect(leaf.fingerprint.count == 32 * 3 - 1)
        #expect(summaries[1] == (try CertificateSummary(pem: authority.certificatePEM)))
    }

    @Test func leafLivesAtMost397Days() throws {
        let authority = try CertificateAuthority.make(commonName: "Test CA")
        let issued = try authority.issue(dnsNames: ["localhost"], ipAddresses: [], validForDays: 4000)
        let leaf = try CertificateSummary(pem: issued.certificateChainPEM)
        #expect(leaf.notAfter - leaf.notBefore < 397 * 86_400)
    }

    @Test func authorityIsTakenUpAgain() throws {
        let first = try CertificateAuthority.make(commonName: "Test CA")
        let second = try CertificateAuthority(certificatePEM: first.certificatePEM, privateKeyPEM: first.privateKeyPEM)
        let leaf = try CertificateSummary(
            pem: second.issue(dnsNames: [], ipAddresses: ["::1"]).certificateChainPEM
        )
        #expect(leaf.subject == "CN=::1")
        #expect(leaf.ipAddresses == ["::1"])
    }

    @Test func anotherKeyIsRefused() throws {
        let one = try CertificateAuthority.make(commonName: "One")
        let two = try CertificateAuthority.make(commonName: "Two")
        let error = #expect(throws: OpenSSLError.self) {
            try CertificateAuthority(certificatePEM: one.certificatePEM, privateKeyPEM: two.privateKeyPEM)
        }
        #expect(error?.description.contains("the key is not the certificate's") == true)
    }

    @Test func leafIsNoAuthority() throws {
        let leaf = try CertificateAuthority.make(commonName: "CA").issue(dnsNames: ["a.test"], ipAddresses: [])
        let error = #expect(throws: OpenSSLError.self) {
            try CertificateAuthority(certificatePEM: leaf.certificateChainPEM, privateKeyPEM: leaf.privateKeyPEM)
        }
        #expect(error?.description.contains("may not sign others") == true)
    }

    @Test(arguments: ["", "a,IP:1.2.3.4", "a..b", "a b", "*", "a.*.b", "ä.test", String(repeating: "a", count: 64)])
    func badNames(name: String) throws {
        let authority = try CertificateAuthority.make(commonName: "CA")
        #expect(throws: OpenSSLError.self) { try authority.issue(dnsNames: [name], ipAddresses: []) }
        #expect(throws: OpenSSLError.self) { try authority.issue(dnsNames: [], ipAddresses: [name]) }
    }

    @Test func badInput() throws {
        #expect(throws: OpenSSLError.self) { try CertificateAuthority(certificatePEM: "", privateKeyPEM: "") }
        #expect(throws: OpenSSLError.self) { try CertificateSummary(pem: "no certificate here") }
        let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
        let error = #expect(throws: OpenSSLError.self) { try CertificateSummary(pem: broken) }
        #expect(error?.reasons.isEmpty == false)
        #expect(OpenSSLError.drainQueue().isEmpty, "a failure leaves nothing behind")
    }

    @Test func foreignToolAccepts() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let authority = try CertificateAuthority.make(commonName: "CA")
        let leaf = try authority.issue(dnsNames: ["a.test"], ipAddresses: ["127.0.0.1"])
        try authority.certificatePEM.write(to: folder.appending(path: "ca.pem"), atomically: true, encoding: .utf8)
        try leaf.certificateChainPEM.write(to: folder.appending(path: "leaf.pem"), atomically: true, encoding: .utf8)

        let verification = try run([
            "verify", "-x509_strict", "-purpose", "sslserver", "-verify_hostname", "a.test", "-CAfile",
            folder.appending(path: "ca.pem").path, folder.appending(path: "leaf.pem").path,
        ])
        #expect(verification.hasSuffix("OK\n"), "\(verification)")
        let text = try run(["x509", "-in", folder.appending(path: "leaf.pem").path, "-noout", "-text"])
        for expected in ["CA:FALSE", "Digital Signature", "TLS Web Server Authentication", "IP Address:127.0.0.1"] {
            #expect(text.contains(expected))
        }
        let fingerprint = try run(["x509", "-in", folder.appending(path: "leaf.pem").path, "-fingerprint", "-sha256"])
        #expect(fingerprint.contains(try CertificateSummary(pem: leaf.certificateChainPEM).fingerprint))
    }

    private func run(_ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }
}
