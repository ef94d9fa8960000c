// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

extension ES256Key {
    /// A request for a certificate of this key (PKCS #10, RFC 2986) in DER, with the names in subjectAltName alone.
    package func certificateRequest(dnsNames: [String]) throws(OpenSSLError) -> [UInt8] {
        let key = try privateKey(pem: pem)
        let draft = try RequestDraft()
        try draft.setPublicKey(key)
        try draft.setAlternativeNames(dnsNames)
        return try draft.signed(by: key)
    }
}

/// A certificate request before it is signed: owns an `X509_REQ`.
@safe private struct RequestDraft: ~Copyable {
    private let pointer: OpaquePointer

    init() throws(OpenSSLError) {
        guard let pointer = unsafe X509_REQ_new() else { throw OpenSSLError(operation: "create a certificate request") }
        unsafe self.pointer = pointer
    }

    deinit {
        unsafe X509_REQ_free(pointer)
    }

    func setPublicKey(_ key: borrowing KeyHandle) throws(OpenSSLError) {
        guard unsafe X509_REQ_set_version(pointer, 0) == 1, unsafe X509_REQ_set_pubkey(pointer, key.pointer) == 1 else {
            throw OpenSSLError(operation: "set a certificate request's key")
        }
    }

    func setAlternativeNames(_ dnsNames: [String]) throws(OpenSSLError) {
        let names = try AlternativeNameList()
        for name in dnsNames { try names.add(dnsName: name) }
        let extensions = unsafe shim_sk_X509_EXTENSION_new()
        defer { unsafe shim_sk_X509_EXTENSION_free(extensions) }
        let list = unsafe UnsafeMutableRawPointer(names.pointer)
        guard let item = unsafe X509V3_EXT_i2d(NID_subject_alt_name, 0, list) else {
            throw OpenSSLError(operation: "add a certificate request's names")
        }
        guard unsafe shim_sk_X509_EXTENSION_push(extensions, item) > 0 else {
            unsafe X509_EXTENSION_free(item)
            throw OpenSSLError(operation: "add a certificate request's names")
        }
        guard unsafe X509_REQ_add_extensions(pointer, extensions) == 1 else {
            throw OpenSSLError(operation: "add a certificate request's names")
        }
    }

    consuming func signed(by key: borrowing KeyHandle) throws(OpenSSLError) -> [UInt8] {
        guard unsafe X509_REQ_sign(pointer, key.pointer, DigestAlgorithm.sha256.method) > 0 else {
            throw OpenSSLError(operation: "sign a certificate request")
        }
        let length = Int(unsafe i2d_X509_REQ(pointer, nil))
        guard length > 0 else { throw OpenSSLError(operation: "write a certificate request") }
        return unsafe [UInt8](unsafeUninitializedCapacity: length) { output, count in
            var end = output.baseAddress
            count = Int(unsafe i2d_X509_REQ(pointer, &end))
        }
    }
}
