// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL
package import OpenSSLCrypto

/// A certificate chain and its private key, checked to belong together.
@safe package final class TLSIdentity: Sendable {
    /// The leaf, in words.
    package let summary: CertificateSummary
    // OpenSSL counts references to these atomically, and nothing changes them after `init`.
    private nonisolated(unsafe) let certificate: OpaquePointer
    private nonisolated(unsafe) let key: OpaquePointer
    private nonisolated(unsafe) let chain: OpaquePointer

    /// Reads the chain, leaf first, and the key from PEM files, which may be one and the same.
    package convenience init(certificateFile: String, privateKeyFile: String) throws(TLSIdentityError) {
        try self.init(
            certificates: PEMSource(file: certificateFile, holding: "certificate"),
            key: PEMSource(file: privateKeyFile, holding: "private key", about: .privateKey)
        )
    }

    /// Reads the chain, leaf first, and the key from PEM texts.
    package convenience init(certificatePEM: String, privateKeyPEM: String) throws(TLSIdentityError) {
        try self.init(
            certificates: PEMSource(text: certificatePEM, name: "the certificate text"),
            key: PEMSource(text: privateKeyPEM, name: "the private key text")
        )
    }

    private init(certificates: PEMSource, key: PEMSource) throws(TLSIdentityError) {
        let chain = try certificates.readChain()
        let privateKey = try key.readKey()
        guard unsafe X509_check_private_key(chain.leaf.pointer, privateKey.pointer) == 1 else {
            OpenSSLError.discardQueue()
            throw TLSIdentityError(
                "the private key in \(key.name) does not match the certificate in \(certificates.name)",
                about: .privateKey
            )
        }
        do throws(OpenSSLError) {
            summary = try unsafe CertificateSummary(x509: chain.leaf.pointer)
            try unsafe Self.rehearse(chain.leaf.pointer, privateKey.pointer, chain.intermediates)
        } catch {
            throw TLSIdentityError("the certificate in \(certificates.name) cannot be used: \(error.reasons[0])")
        }
        unsafe X509_up_ref(chain.leaf.pointer)
        unsafe EVP_PKEY_up_ref(privateKey.pointer)
        unsafe self.certificate = chain.leaf.pointer
        unsafe self.key = privateKey.pointer
        unsafe self.chain = X509_chain_up_ref(chain.intermediates)
    }

    deinit {
        unsafe X509_free(certificate)
        unsafe EVP_PKEY_free(key)
        unsafe shim_sk_X509_free(chain)
    }

    /// Makes the connection `ssl` present this identity.
    func apply(to ssl: OpaquePointer) -> Bool {
        unsafe SSL_use_cert_and_key(ssl, certificate, key, chain, 1) == 1
    }

    /// The leaf and a `STACK_OF(X509)` of what is behind it, for the time of the call.
    func withChain<Result, Failure: Error>(
        _ body: (OpaquePointer, OpaquePointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe body(certificate, chain)
    }

    /// How many certificates are behind the leaf.
    package var intermediateCount: Int { Int(unsafe shim_sk_X509_num(chain)) }

    /// Finds out now, not at the first handshake, whether OpenSSL's security level refuses the key or the signature.
    private static func rehearse(
        _ certificate: OpaquePointer,
        _ key: OpaquePointer,
        _ chain: OpaquePointer
    ) throws(OpenSSLError) {
        let context = unsafe SSL_CTX_new(TLS_server_method())
        defer { unsafe SSL_CTX_free(context) }
        guard unsafe context != nil, unsafe SSL_CTX_use_cert_and_key(context, certificate, key, chain, 1) == 1 else {
            throw OpenSSLError(operation: "use a certificate")
        }
    }
}
