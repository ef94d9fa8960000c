// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

/// What tells a certificate from all others: who issued it, and the number it gave.
package struct CertificateNumber: Sendable, Equatable {
    /// keyIdentifier of the authority key identifier (RFC 5280, section 4.2.1.1).
    package let authorityKeyIdentifier: [UInt8]
    /// The contents of the INTEGER in DER: with a zero before it where the first bit would be taken for a sign.
    package let serial: [UInt8]

    package init(authorityKeyIdentifier: [UInt8], serial: [UInt8]) {
        self.authorityKeyIdentifier = authorityKeyIdentifier
        self.serial = serial
    }

    /// Of the first certificate of a PEM text; nil when that names no key of its issuer.
    package init?(pem: String) throws(OpenSSLError) {
        var reader = try CertificateReader(pem: pem)
        guard let certificate = try reader.next() else { return nil }
        guard let identifier = unsafe X509_get0_authority_key_id(certificate.pointer) else { return nil }
        authorityKeyIdentifier = unsafe Array(
            UnsafeBufferPointer(start: ASN1_STRING_get0_data(identifier), count: Int(ASN1_STRING_length(identifier)))
        )
        serial = try unsafe Self.contents(of: X509_get0_serialNumber(certificate.pointer))
    }

    private static func contents(of number: UnsafePointer<ASN1_INTEGER>?) throws(OpenSSLError) -> [UInt8] {
        let length = Int(unsafe i2d_ASN1_INTEGER(number, nil))
        // RFC 5280, section 4.1.2.2, allows 20 bytes: tag and length take one byte each.
        guard 3...127 ~= length else { throw OpenSSLError(operation: "read a serial number") }
        let der = unsafe [UInt8](unsafeUninitializedCapacity: length) { output, count in
            var end = output.baseAddress
            count = Int(unsafe i2d_ASN1_INTEGER(number, &end))
        }
        return Array(der.dropFirst(2))
    }
}
