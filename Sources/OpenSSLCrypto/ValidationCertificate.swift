// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL
internal import Glibc

/// The self-signed certificate that answers a TLS-ALPN-01 challenge.
package struct ValidationCertificate: Sendable {
    package let certificatePEM: String
    package let privateKeyPEM: String

    /// RFC 8737, section 6.1: id-pe-acmeIdentifier.
    private static let acmeIdentifier = "1.3.6.1.5.5.7.1.31"

    /// - Parameter keyAuthorization: of the challenge (RFC 8555, section 8.1).
    package init(dnsName: String, keyAuthorization: String) throws(OpenSSLError) {
        let key = try KeyHandle.generateP256()
        let start = Int64(time(nil)) - CertificateDraft.clockSkew
        let draft = try CertificateDraft.start(notBefore: start, days: 7)
        try draft.setSubject(commonName: "ACME challenge")
        try unsafe draft.setIssuer(draft.pointer)
        try draft.setPublicKey(key)
        // RFC 8737, section 3:
        // > The acmeIdentifier extension MUST contain the SHA-256 digest [...] of the key authorization
        // > [...]. The acmeIdentifier extension MUST be critical
        try draft.addCriticalExtension(Self.acmeIdentifier, value: Self.octetString(of: keyAuthorization))
        try draft.addAlternativeNames(dnsNames: [dnsName], ipAddresses: [])
        certificatePEM = try draft.signed(by: key).pem()
        privateKeyPEM = try key.pem()
    }

    /// In DER: `Authorization ::= OCTET STRING (SIZE (32))`.
    private static func octetString(of keyAuthorization: String) throws(OpenSSLError) -> [UInt8] {
        let hash = try digest(.sha256, Array(keyAuthorization.utf8))
        return [UInt8(V_ASN1_OCTET_STRING), UInt8(hash.count)] + hash
    }
}
