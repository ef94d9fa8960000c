// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

/// A P-256 key that signs with ECDSA and SHA-256: ES256 of RFC 7518, section 3.4.
package struct ES256Key: Sendable {
    /// The private key as PKCS #8, not encrypted.
    package let pem: String
    /// The coordinates of the public key, 32 bytes each, the highest first (RFC 7518, section 6.2.1).
    package let x: [UInt8]
    package let y: [UInt8]

    private static let coordinateLength = 32

    /// Makes a new key.
    package init() throws(OpenSSLError) {
        try self.init(KeyHandle.generateP256())
    }

    /// Takes up the first private key of a PEM text.
    package init(pem: String) throws(OpenSSLError) {
        try self.init(privateKey(pem: pem))
    }

    private init(_ key: consuming KeyHandle) throws(OpenSSLError) {
        guard try Self.isP256(key) else {
            throw OpenSSLError(operation: "read a private key", reason: "it is not of the curve P-256")
        }
        x = try Self.coordinate(OSSL_PKEY_PARAM_EC_PUB_X, of: key)
        y = try Self.coordinate(OSSL_PKEY_PARAM_EC_PUB_Y, of: key)
        pem = try key.pem()
    }

    private static func isP256(_ key: borrowing KeyHandle) throws(OpenSSLError) -> Bool {
        let name = [UInt8](SN_X9_62_prime256v1.utf8)
        var isSame = false
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { text in
            var length = 0
            guard unsafe EVP_PKEY_get_group_name(key.pointer, text.baseAddress, text.count, &length) == 1 else {
                return
            }
            isSame = unsafe text.prefix(length).map { UInt8(bitPattern: $0) } == name
        }
        OpenSSLError.discardQueue()
        return isSame
    }

    private static func coordinate(_ name: String, of key: borrowing KeyHandle) throws(OpenSSLError) -> [UInt8] {
        var number: OpaquePointer? = nil
        defer { unsafe BN_free(number) }
        guard unsafe EVP_PKEY_get_bn_param(key.pointer, name, &number) == 1 else {
            throw OpenSSLError(operation: "read a public key")
        }
        return try unsafe bytes(of: number, count: coordinateLength)
    }

    /// A `BIGNUM` with zeros before it.
    private static func bytes(of number: OpaquePointer?, count: Int) throws(OpenSSLError) -> [UInt8] {
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { output, written in
            written = max(0, Int(unsafe BN_bn2binpad(number, output.baseAddress, Int32(count))))
        }
        guard bytes.count == count else { throw OpenSSLError(operation: "write a number") }
        return bytes
    }

    // MARK: Signatures

    /// R and S, 32 bytes each, as JOSE has them (RFC 7518, section 3.4).
    package func signature(of message: [UInt8]) throws(OpenSSLError) -> [UInt8] {
        let der = try encodedSignature(of: message)
        let parts = unsafe der.withUnsafeBufferPointer { input in
            var start = input.baseAddress
            return unsafe d2i_ECDSA_SIG(nil, &start, input.count)
        }
        defer { unsafe ECDSA_SIG_free(parts) }
        guard unsafe parts != nil else { throw OpenSSLError(operation: "read a signature") }
        return try unsafe Self.bytes(of: ECDSA_SIG_get0_r(parts), count: Self.coordinateLength)
            + Self.bytes(of: ECDSA_SIG_get0_s(parts), count: Self.coordinateLength)
    }

    /// As X.509 has it (RFC 3279, section 2.2.3).
    private func encodedSignature(of message: [UInt8]) throws(OpenSSLError) -> [UInt8] {
        let key = try privateKey(pem: pem)
        let context = unsafe EVP_MD_CTX_new()
        defer { unsafe EVP_MD_CTX_free(context) }
        guard unsafe EVP_DigestSignInit(context, nil, DigestAlgorithm.sha256.method, nil, key.pointer) == 1 else {
            throw OpenSSLError(operation: "sign a message")
        }
        let limit = Int(unsafe EVP_PKEY_get_size(key.pointer))
        let signature = unsafe [UInt8](unsafeUninitializedCapacity: limit) { output, count in
            count = limit
            let isSigned = unsafe EVP_DigestSign(context, output.baseAddress, &count, message, message.count) == 1
            if !isSigned { count = 0 }
        }
        guard !signature.isEmpty else { throw OpenSSLError(operation: "sign a message") }
        return signature
    }
}
