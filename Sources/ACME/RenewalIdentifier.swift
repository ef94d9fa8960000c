// SPDX-License-Identifier: Apache-2.0

package import OpenSSLCrypto

extension CertificateNumber {
    /// RFC 9773, section 4.1:
    /// > the base64url encoding [...] of the keyIdentifier field of certificate's Authority Key Identifier [...], the literal
    /// > period character "." [...], and the base64url encoding of the DER-encoded Serial Number field
    package var renewalIdentifier: String {
        "\(Base64URL.encode(authorityKeyIdentifier)).\(Base64URL.encode(serial))"
    }
}

extension Directory {
    /// Asks when to renew a certificate; nil where the CA does not tell.
    package func renewalInfoRequest(for certificate: CertificateNumber) -> ACMERequest? {
        renewalInfo.map { .get("\($0)/\(certificate.renewalIdentifier)") }
    }
}
