// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL
package import OpenSSLCrypto

extension TLSIdentity {
    /// What a client with the root certificates of this system would complain of; nil if nothing.
    ///
    /// - Parameter name: that the client connects with.
    package func problem(forServerName name: String) throws(OpenSSLError) -> String? {
        guard let store = unsafe X509_STORE_new(), let context = unsafe X509_STORE_CTX_new() else {
            throw OpenSSLError(operation: "verify a certificate")
        }
        defer {
            unsafe X509_STORE_CTX_free(context)
            unsafe X509_STORE_free(store)
        }
        guard unsafe X509_STORE_set_default_paths(store) == 1 else {
            throw OpenSSLError(operation: "find the system's root certificates")
        }
        return try unsafe withChain { (leaf, chain) throws(OpenSSLError) in
            guard unsafe X509_STORE_CTX_init(context, store, leaf, chain) == 1,
                let parameters = unsafe X509_STORE_CTX_get0_param(context),
                unsafe X509_VERIFY_PARAM_set1_host(parameters, name, 0) == 1
            else { throw OpenSSLError(operation: "verify a certificate") }
            // As for a client of TLS: the certificate must be good for a server.
            unsafe X509_STORE_CTX_set_default(context, "ssl_server")
            return unsafe PeerVerification(verifying: context, name: name).problem
        }
    }
}
