// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL
internal import Glibc

/// A certificate authority of one's own, for development and tests: P-256 keys, nothing revocable.
package struct CertificateAuthority: Sendable {
    /// The authority's own certificate: what clients have to trust.
    package let certificatePEM: String
    package let privateKeyPEM: String

    /// The longest validity browsers accept for a leaf (CA/Browser Forum, Baseline Requirements 6.3.2).
    package static let maximumLeafDays = 397

    /// Makes a new key and a self-signed certificate, valid for ten years.
    package static func make(commonName: String) throws(OpenSSLError) -> CertificateAuthority {
        let key = try KeyHandle.generateP256()
        let draft = try CertificateDraft.start(notBefore: now() - CertificateDraft.clockSkew, days: 3650)
        try draft.setSubject(commonName: commonName)
        try unsafe draft.setIssuer(draft.pointer)
        try draft.setPublicKey(key)
        try unsafe draft.addExtensions(
            [
                (NID_basic_constraints, "critical,CA:TRUE,pathlen:0"),
                (NID_key_usage, "critical,keyCertSign,cRLSign"),
                (NID_subject_key_identifier, "hash"),
            ],
            issuer: draft.pointer
        )
        let certificate = try draft.signed(by: key)
        return CertificateAuthority(certificate: try certificate.pem(), key: try key.pem())
    }

    /// Takes up an authority made earlier.
    package init(certificatePEM: String, privateKeyPEM: String) throws(OpenSSLError) {
        self.init(certificate: certificatePEM, key: privateKeyPEM)
        let loaded = try load()
        guard unsafe X509_check_private_key(loaded.certificate.pointer, loaded.key.pointer) == 1 else {
            throw OpenSSLError(operation: "use a certificate authority", reason: "the key is not the certificate's")
        }
        guard unsafe X509_check_ca(loaded.certificate.pointer) == 1 else {
            throw OpenSSLError(operation: "use a certificate authority", reason: "the certificate may not sign others")
        }
    }

    private init(certificate: String, key: String) {
        certificatePEM = certificate
        privateKeyPEM = key
    }

    /// Issues a server certificate with a key of its own.
    /// - Parameters:
    ///   - dnsNames: names, `*.` in front allowed. The first name (or address) becomes the common name.
    ///   - ipAddresses: IPv4 and IPv6 addresses.
    ///   - days: shortened to ``maximumLeafDays``.
    ///   - start: seconds since 1970 when the validity begins; a little before now if not given.
    package func issue(
        dnsNames: [String],
        ipAddresses: [String],
        validForDays days: Int = maximumLeafDays,
        startingAt start: Int64? = nil
    ) throws(OpenSSLError) -> (certificateChainPEM: String, privateKeyPEM: String) {
        guard let commonName = dnsNames.first ?? ipAddresses.first, days > 0 else {
            throw OpenSSLError(operation: "issue a certificate", reason: "it needs a name and at least a day")
        }
        let authority = try load()
        let key = try KeyHandle.generateP256()
        let notBefore = start ?? Self.now() - CertificateDraft.clockSkew
        let draft = try CertificateDraft.start(notBefore: notBefore, days: min(days, Self.maximumLeafDays))
        try draft.setSubject(commonName: commonName)
        try unsafe draft.setIssuer(authority.certificate.pointer)
        try draft.setPublicKey(key)
        try unsafe draft.addExtensions(Self.leafExtensions, issuer: authority.certificate.pointer)
        try draft.addAlternativeNames(dnsNames: dnsNames, ipAddresses: ipAddresses)
        let leaf = try draft.signed(by: authority.key)
        return (try leaf.pem() + certificatePEM, try key.pem())
    }

    private static let leafExtensions: [(Int32, String)] = [
        (NID_basic_constraints, "critical,CA:FALSE"),
        (NID_key_usage, "critical,digitalSignature"),
        (NID_ext_key_usage, "serverAuth"),
        (NID_subject_key_identifier, "hash"),
        (NID_authority_key_identifier, "keyid:always"),
    ]

    private static func now() -> Int64 {
        Int64(time(nil))
    }

    private func load() throws(OpenSSLError) -> LoadedAuthority {
        var reader = try CertificateReader(pem: certificatePEM)
        guard let certificate = try reader.next() else {
            throw OpenSSLError(operation: "use a certificate authority", reason: "no certificate in the text")
        }
        return LoadedAuthority(certificate: certificate, key: try privateKey(pem: privateKeyPEM))
    }
}

/// An authority's certificate and key as OpenSSL has them.
private struct LoadedAuthority: ~Copyable {
    let certificate: X509Handle
    let key: KeyHandle
}
