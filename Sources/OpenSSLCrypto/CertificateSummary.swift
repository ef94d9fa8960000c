// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

/// What a person wants to know about a certificate.
package struct CertificateSummary: Sendable, Equatable {
    /// Distinguished names as RFC 2253 writes them, control characters escaped.
    package let subject: String
    package let issuer: String
    /// Subject alternative names, in the certificate's order.
    package let dnsNames: [String]
    package let ipAddresses: [String]
    /// The validity period in seconds since 1970.
    package let notBefore: Int64
    package let notAfter: Int64
    /// The SHA-256 hash of the DER encoding: upper-case hexadecimal pairs with colons between.
    package let fingerprint: String

    /// Describes the first certificate of a PEM text.
    package init(pem: String) throws(OpenSSLError) {
        var reader = try CertificateReader(pem: pem)
        guard let certificate = try reader.next() else {
            throw OpenSSLError(operation: "read a certificate", reason: "no certificate in the text")
        }
        try unsafe self.init(x509: certificate.pointer)
    }

    /// Describes an `X509`, which stays the caller's.
    package init(x509: OpaquePointer) throws(OpenSSLError) {
        subject = try unsafe nameText(X509_get_subject_name(x509))
        issuer = try unsafe nameText(X509_get_issuer_name(x509))
        notBefore = try unsafe unixSeconds(X509_get0_notBefore(x509))
        notAfter = try unsafe unixSeconds(X509_get0_notAfter(x509))
        fingerprint = try unsafe sha256Fingerprint(x509)
        let names = unsafe AlternativeNames(x509: x509)
        dnsNames = names.dnsNames
        ipAddresses = names.ipAddresses
    }

    /// Describes every certificate of a PEM text.
    package static func all(inPEM text: String) throws(OpenSSLError) -> [CertificateSummary] {
        var reader = try CertificateReader(pem: text)
        var summaries: [CertificateSummary] = []
        while let certificate = try reader.next() {
            summaries.append(try unsafe CertificateSummary(x509: certificate.pointer))
        }
        return summaries
    }
}

private func nameText(_ name: OpaquePointer?) throws(OpenSSLError) -> String {
    let output = try MemoryBIO()
    guard let name = unsafe name, unsafe X509_NAME_print_ex(output.pointer, name, 0, shim_XN_FLAG_RFC2253()) >= 0 else {
        throw OpenSSLError(operation: "print a distinguished name")
    }
    return output.contents
}

private func unixSeconds(_ time: UnsafePointer<ASN1_TIME>?) throws(OpenSSLError) -> Int64 {
    let epoch = unsafe ASN1_TIME_set(nil, 0)
    defer { unsafe ASN1_TIME_free(epoch) }
    var days: Int32 = 0
    var seconds: Int32 = 0
    guard unsafe ASN1_TIME_diff(&days, &seconds, epoch, time) == 1 else {
        throw OpenSSLError(operation: "read a certificate's validity")
    }
    return Int64(days) * 86_400 + Int64(seconds)
}

private func sha256Fingerprint(_ x509: OpaquePointer) throws(OpenSSLError) -> String {
    var succeeded = false
    let hash = unsafe [UInt8](unsafeUninitializedCapacity: DigestAlgorithm.sha256.length) { output, count in
        var length: UInt32 = 0
        succeeded = unsafe X509_digest(x509, DigestAlgorithm.sha256.method, output.baseAddress, &length) == 1
        count = Int(length)
    }
    guard succeeded else { throw OpenSSLError(operation: "hash a certificate") }
    return hash.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true) }.joined(separator: ":")
}
