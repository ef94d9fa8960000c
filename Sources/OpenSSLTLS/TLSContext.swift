// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL
internal import OpenSSLCrypto

/// Owns an `SSL_CTX`: what the connections of one configuration share. Nothing changes it after it was set up, and
/// OpenSSL locks what connections share inside.
@safe class TLSContext: @unchecked Sendable {
    let pointer: OpaquePointer

    init(
        method: OpaquePointer?,
        minimumVersion: TLSVersion,
        maximumVersion: TLSVersion = .tls13,
        options: UInt64
    ) throws(OpenSSLError) {
        guard let pointer = unsafe SSL_CTX_new(method) else { throw OpenSSLError(operation: "create a TLS context") }
        unsafe self.pointer = pointer
        let modes = SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_AUTO_RETRY
        unsafe shim_SSL_CTX_set_mode(pointer, Int(modes))
        unsafe SSL_CTX_set_options(pointer, options | shim_SSL_OP_NO_RENEGOTIATION() | shim_SSL_OP_NO_COMPRESSION())
        let isSet =
            unsafe shim_SSL_CTX_set_min_proto_version(pointer, minimumVersion.wireValue) == 1
            && shim_SSL_CTX_set_max_proto_version(pointer, maximumVersion.wireValue) == 1
            && SSL_CTX_set_cipher_list(pointer, Self.tls12Ciphers) == 1
            && SSL_CTX_set_ciphersuites(pointer, Self.tls13Ciphers) == 1
            && shim_SSL_CTX_set1_groups_list(pointer, "X25519:P-256:P-384") == 1
            && SSL_CTX_set_max_early_data(pointer, 0) == 1
        guard isSet else { throw OpenSSLError(operation: "set up a TLS context") }
    }

    deinit {
        unsafe SSL_CTX_free(pointer)
    }

    /// Forward secrecy and authenticated encryption only. AES-128 first: it is the fastest where hardware helps, and a
    /// client without that help says so by preferring ChaCha20.
    private static let tls12Ciphers = """
        ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:\
        ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305
        """
    private static let tls13Ciphers = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
}
