// SPDX-License-Identifier: Apache-2.0

import Foundation
import OpenSSLCrypto
import OpenSSLTLS
import Testing

@Suite struct IdentityTests {
    /// Loads an identity from a temporary folder with these files and returns the error, the folder's path shortened.
    private func error(certificate: String?, key: String?) throws -> String? {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let paths = (folder.appending(path: "cert.pem"), folder.appending(path: "key.pem"))
        try certificate?.write(to: paths.0, atomically: true, encoding: .utf8)
        try key?.write(to: paths.1, atomically: true, encoding: .utf8)
        do {
            let identity = try TLSIdentity(certificateFile: paths.0.path, privateKeyFile: paths.1.path)
            #expect(identity.summary.dnsNames == ["a.test"])
            return nil
        } catch {
            return error.description.replacingOccurrences(of: folder.path + "/", with: "")
        }
    }

    private let issued = Result { try Fixtures.authority.issue(dnsNames: ["a.test"], ipAddresses: []) }

    @Test func chainFiles() throws {
        let (chain, key) = try issued.get()
        #expect(try error(certificate: chain, key: key) == nil)
        #expect(try error(certificate: "Bag Attributes\n" + chain + key, key: chain + key) == nil)
    }

    @Test func missingFiles() throws {
        let (chain, key) = try issued.get()
        #expect(try error(certificate: nil, key: key) == "certificate file cert.pem does not exist")
        #expect(try error(certificate: chain, key: nil) == "private key file key.pem does not exist")
    }

    @Test func unreadableFiles() throws {
        let error = #expect(throws: TLSIdentityError.self) {
            try TLSIdentity(certificateFile: "/tmp", privateKeyFile: "/tmp")
        }
        #expect(error?.description == "certificate file /tmp cannot be read: Is a directory")
    }

    @Test func wrongContents() throws {
        let (chain, key) = try issued.get()
        let other = try Fixtures.authority.issue(dnsNames: ["a.test"], ipAddresses: []).privateKeyPEM
        #expect(try error(certificate: key, key: key) == "there is no certificate in cert.pem")
        #expect(try error(certificate: "", key: key) == "there is no certificate in cert.pem")
        #expect(try error(certificate: chain, key: chain) == "there is no private key in key.pem")
        let mismatch = "the private key in key.pem does not match the certificate in cert.pem"
        #expect(try error(certificate: chain, key: other) == mismatch)
    }

    @Test func damagedContents() throws {
        let (chain, key) = try issued.get()
        let brokenChain = chain.replacingOccurrences(of: "MII", with: "MIX")
        #expect(
            try error(certificate: brokenChain, key: key)?.hasPrefix("the certificate in cert.pem is damaged: ") == true
        )
        let brokenKey = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
        #expect(
            try error(certificate: chain, key: brokenKey)?.hasPrefix("the private key in key.pem is damaged: ") == true
        )
        let encrypted = key.replacingOccurrences(of: "PRIVATE", with: "ENCRYPTED PRIVATE")
        #expect(
            try error(certificate: chain, key: encrypted) == "the private key in key.pem is encrypted with a password"
        )
    }

    @Test func clientTrustFiles() {
        let error = #expect(throws: TLSIdentityError.self) {
            try TLSClientConfiguration(trust: .certificateFile("/nowhere/ca.pem"))
        }
        #expect(error?.description == "CA certificate file /nowhere/ca.pem does not exist")
    }

    @Test func storeListsItsIdentities() throws {
        let store = TLSIdentityStore([])
        #expect(store.identity(forServerName: nil) == nil)
        let identity = try Fixtures.identity("a.test")
        store.replace(with: [identity])
        #expect(store.identities.count == 1)
        #expect(store.identity(forServerName: nil) === identity)
        #expect(store.identity(forServerName: "A.test") === identity)
        #expect(store.identity(forServerName: "unknown.test") == nil)
        let generous = TLSIdentityStore([identity], servesUnknownNames: true)
        #expect(generous.identity(forServerName: "unknown.test") === identity)
    }
}
