// SPDX-License-Identifier: Apache-2.0

import COpenSSL
import OpenSSLCrypto
import Testing

@testable import ACME

/// The forms that certificates and requests have in ACME.
struct CertificateFormsTests {
    private static let keyAuthorization = "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr-oA.thumbprint"

    /// RFC 8737, section 3: critical, and the DER of an OCTET STRING with the SHA-256 hash.
    @Test func `a challenge is answered by its extension`() throws {
        let answer = try ValidationCertificate(dnsName: "call.test", keyAuthorization: Self.keyAuthorization)
        let summary = try CertificateSummary(pem: answer.certificatePEM)
        #expect(summary.dnsNames == ["call.test"] && summary.ipAddresses.isEmpty)
        var reader = try CertificateReader(pem: answer.certificatePEM)
        guard let certificate = try reader.next() else {
            Issue.record("there is no certificate")
            return
        }
        let identifier = OBJ_txt2obj("1.3.6.1.5.5.7.1.31", 1)
        defer { ASN1_OBJECT_free(identifier) }
        let index = X509_get_ext_by_OBJ(certificate.pointer, identifier, -1)
        let item = try #require(X509_get_ext(certificate.pointer, index))
        #expect(X509_EXTENSION_get_critical(item) == 1)
        let value = X509_EXTENSION_get_data(item)
        let bytes = Array(
            UnsafeBufferPointer(start: ASN1_STRING_get0_data(value), count: Int(ASN1_STRING_length(value)))
        )
        #expect(try bytes == [0x04, 0x20] + digest(.sha256, Array(Self.keyAuthorization.utf8)))
    }

    @Test func `a request is signed and has the names`() throws {
        let key = try ES256Key()
        let der = try key.certificateRequest(dnsNames: ["call.test", "turn.test"])
        let request = try #require(
            der.withUnsafeBufferPointer { bytes in
                var start = bytes.baseAddress
                return d2i_X509_REQ(nil, &start, bytes.count)
            }
        )
        defer { X509_REQ_free(request) }
        #expect(X509_REQ_verify(request, X509_REQ_get0_pubkey(request)) == 1)
        let text = Array("call.test".utf8), other = Array("turn.test".utf8)
        // subjectAltName: two of [2] with nine characters each.
        #expect(contains(der, [0x30, 22, 0x82, 9] + text + [0x82, 9] + other))
        #expect(X509_NAME_entry_count(X509_REQ_get_subject_name(request)) == 0)
        #expect(throws: OpenSSLError.self) { try key.certificateRequest(dnsNames: ["not a name"]) }
    }

    private func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
        bytes.indices.contains { bytes[$0...].starts(with: part) }
    }

    /// The example of RFC 9773, section 4.1.
    @Test func `renewal identifiers are as that of RFC 9773`() throws {
        let number = CertificateNumber(
            authorityKeyIdentifier: [
                0x69, 0x88, 0x5B, 0x6B, 0x87, 0x46, 0x40, 0x41, 0xE1, 0xB3, 0x7B, 0x84, 0x7B, 0xA0, 0xAE, 0x2C, 0xDE,
                0x01,
                0xC8, 0xD4,
            ],
            serial: [0x00, 0x87, 0x65, 0x43, 0x21]
        )
        #expect(number.renewalIdentifier == "aYhba4dGQEHhs3uEe6CuLN4ByNQ.AIdlQyE")
    }

    @Test func `a certificate has a number`() throws {
        let authority = try CertificateAuthority.make(commonName: "CA")
        let issued = try authority.issue(dnsNames: ["call.test"], ipAddresses: [])
        let number = try #require(try CertificateNumber(pem: issued.certificateChainPEM))
        #expect(number.authorityKeyIdentifier.count == 20)
        #expect(number.serial.count == 16 && number.serial[0] & 0xC0 == 0x40, "as CertificateDraft makes them")
        let answer = try ValidationCertificate(dnsName: "call.test", keyAuthorization: "a.b")
        #expect(try CertificateNumber(pem: answer.certificatePEM) == nil, "no authority is named")
        #expect(try CertificateNumber(pem: "") == nil)
    }
}
