// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

/// A certificate before it is signed.
@safe struct CertificateDraft: ~Copyable {
    let pointer: OpaquePointer

    /// How far back a validity should begin, in seconds: the clocks of machines differ.
    static let clockSkew: Int64 = 300

    /// Starts a version 3 certificate with a random serial number.
    static func start(notBefore: Int64, days: Int) throws(OpenSSLError) -> CertificateDraft {
        let draft = try CertificateDraft()
        let notAfter = notBefore + Int64(days) * 86_400 - 1
        let dated =
            unsafe X509_set_version(draft.pointer, Int(X509_VERSION_3)) == 1
            && ASN1_TIME_set(X509_getm_notBefore(draft.pointer), time_t(notBefore)) != nil
            && ASN1_TIME_set(X509_getm_notAfter(draft.pointer), time_t(notAfter)) != nil
        guard dated else { throw OpenSSLError(operation: "date a certificate") }
        try draft.setRandomSerial()
        return draft
    }

    private init() throws(OpenSSLError) {
        guard let pointer = unsafe X509_new() else { throw OpenSSLError(operation: "create a certificate") }
        unsafe self.pointer = pointer
    }

    deinit {
        unsafe X509_free(pointer)
    }

    /// 128 bits, positive: the top bit of the DER integer is its sign, so it stays clear and the next one is set, which
    /// keeps the length constant.
    private func setRandomSerial() throws(OpenSSLError) {
        var bytes = SecureRandom.bytes(16)
        bytes[0] = bytes[0] & 0x7F | 0x40
        let number = unsafe BN_bin2bn(bytes, Int32(bytes.count), nil)
        defer { unsafe BN_free(number) }
        guard unsafe number != nil, unsafe BN_to_ASN1_INTEGER(number, X509_get_serialNumber(pointer)) != nil else {
            throw OpenSSLError(operation: "number a certificate")
        }
    }

    func setSubject(commonName: String) throws(OpenSSLError) {
        // RFC 5280, appendix A.1: ub-common-name is 64 characters.
        let text = Array(commonName.prefix(64).utf8)
        let added = unsafe X509_NAME_add_entry_by_NID(
            X509_get_subject_name(pointer),
            NID_commonName,
            MBSTRING_UTF8,
            text,
            Int32(text.count),
            -1,
            0
        )
        guard added == 1 else { throw OpenSSLError(operation: "name a certificate") }
    }

    /// Names `issuer` (an `X509`, possibly this one) as the signer.
    func setIssuer(_ issuer: OpaquePointer) throws(OpenSSLError) {
        guard unsafe X509_set_issuer_name(pointer, X509_get_subject_name(issuer)) == 1 else {
            throw OpenSSLError(operation: "name a certificate's issuer")
        }
    }

    func setPublicKey(_ key: borrowing KeyHandle) throws(OpenSSLError) {
        guard unsafe X509_set_pubkey(pointer, key.pointer) == 1 else {
            throw OpenSSLError(operation: "set a certificate's key")
        }
    }

    /// Adds extensions in OpenSSL's configuration syntax. Only constants go in here: the syntax has no quoting.
    func addExtensions(_ extensions: [(identifier: Int32, value: String)], issuer: OpaquePointer) throws(OpenSSLError) {
        var context = unsafe X509V3_CTX()
        unsafe X509V3_set_ctx(&context, issuer, pointer, nil, nil, 0)
        unsafe shim_X509V3_set_ctx_nodb(&context)
        for (identifier, value) in extensions {
            let item = unsafe X509V3_EXT_conf_nid(nil, &context, identifier, value)
            defer { unsafe X509_EXTENSION_free(item) }
            guard unsafe item != nil, unsafe X509_add_ext(pointer, item, -1) == 1 else {
                throw OpenSSLError(operation: "extend a certificate")
            }
        }
    }

    /// Adds a critical extension with these DER bytes.
    /// - Parameter identifier: an OID in dotted form.
    func addCriticalExtension(_ identifier: String, value: [UInt8]) throws(OpenSSLError) {
        let object = unsafe OBJ_txt2obj(identifier, 1)
        defer { unsafe ASN1_OBJECT_free(object) }
        let octets = unsafe ASN1_OCTET_STRING_new()
        defer { unsafe ASN1_OCTET_STRING_free(octets) }
        guard unsafe ASN1_OCTET_STRING_set(octets, value, Int32(value.count)) == 1 else {
            throw OpenSSLError(operation: "extend a certificate")
        }
        let item = unsafe X509_EXTENSION_create_by_OBJ(nil, object, 1, octets)
        defer { unsafe X509_EXTENSION_free(item) }
        guard unsafe item != nil, unsafe X509_add_ext(pointer, item, -1) == 1 else {
            throw OpenSSLError(operation: "extend a certificate")
        }
    }

    func addAlternativeNames(dnsNames: [String], ipAddresses: [String]) throws(OpenSSLError) {
        let names = try AlternativeNameList()
        for name in dnsNames { try names.add(dnsName: name) }
        for address in ipAddresses { try names.add(ipAddress: address) }
        let list = unsafe UnsafeMutableRawPointer(names.pointer)
        guard unsafe X509_add1_ext_i2d(pointer, NID_subject_alt_name, list, 0, 0) == 1 else {
            throw OpenSSLError(operation: "add a certificate's names")
        }
    }

    consuming func signed(by key: borrowing KeyHandle) throws(OpenSSLError) -> X509Handle {
        guard unsafe X509_sign(pointer, key.pointer, DigestAlgorithm.sha256.method) > 0 else {
            throw OpenSSLError(operation: "sign a certificate")
        }
        unsafe X509_up_ref(pointer)
        return unsafe X509Handle(owning: pointer)
    }
}
