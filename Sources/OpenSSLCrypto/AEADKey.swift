// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

/// Authenticated encryption (RFC 5116).
package enum AEADAlgorithm: Sendable, CaseIterable {
    /// AEAD_AES_128_GCM.
    case aes128GCM
    /// AEAD_AES_256_GCM.
    case aes256GCM

    /// Bytes of a key.
    package var keyLength: Int {
        switch self {
        case .aes128GCM: 16
        case .aes256GCM: 32
        }
    }

    /// OpenSSL's static method table.
    fileprivate var method: OpaquePointer? {
        switch self {
        case .aes128GCM: unsafe EVP_aes_128_gcm()
        case .aes256GCM: unsafe EVP_aes_256_gcm()
        }
    }
}

/// Why nothing was sealed or opened.
package enum AEADError: Error, Sendable {
    /// The key or the nonce is not as long as the algorithm wants it.
    case wrongLength
    /// The text is shorter than a tag, or longer than OpenSSL's 31 bits of length.
    case unsupportedLength
    /// Key, nonce, additional data or ciphertext are not those that it was sealed with.
    case notAuthentic
    case cryptography(OpenSSLError)
}

/// A key that seals and opens texts.
package struct AEADKey: Sendable {
    /// Both algorithms take nonces of 12 bytes and append a tag of 16 (RFC 5116, section 5.1).
    package static let nonceLength = 12
    package static let tagLength = 16

    private let algorithm: AEADAlgorithm
    private let key: [UInt8]

    package init(_ algorithm: AEADAlgorithm, key: [UInt8]) throws(AEADError) {
        guard key.count == algorithm.keyLength else { throw .wrongLength }
        self.algorithm = algorithm
        self.key = key
    }

    /// - Parameters:
    ///   - nonce: never twice with one key.
    ///   - additional: data that is authenticated, but not part of the result.
    /// - Returns: the ciphertext with its tag at the end.
    package func seal(_ text: [UInt8], nonce: [UInt8], additional: [UInt8]) throws(AEADError) -> [UInt8] {
        try run(text, nonce: nonce, additional: additional, tag: nil)
    }

    /// - Parameter sealed: a ciphertext with its tag at the end.
    package func open(_ sealed: [UInt8], nonce: [UInt8], additional: [UInt8]) throws(AEADError) -> [UInt8] {
        guard sealed.count >= Self.tagLength else { throw .unsupportedLength }
        let text = Array(sealed.dropLast(Self.tagLength))
        return try run(text, nonce: nonce, additional: additional, tag: Array(sealed.suffix(Self.tagLength)))
    }

    /// - Parameter tag: to check when opening; nil when sealing.
    private func run(
        _ text: [UInt8],
        nonce: [UInt8],
        additional: [UInt8],
        tag: [UInt8]?
    ) throws(AEADError) -> [UInt8] {
        guard nonce.count == Self.nonceLength else { throw .wrongLength }
        guard let length = Int32(exactly: text.count), let additionalLength = Int32(exactly: additional.count) else {
            throw .unsupportedLength
        }
        guard let context = unsafe EVP_CIPHER_CTX_new() else {
            throw .cryptography(OpenSSLError(operation: "create a cipher context"))
        }
        defer { unsafe EVP_CIPHER_CTX_free(context) }
        var count: Int32 = 0
        guard unsafe EVP_CipherInit_ex(context, algorithm.method, nil, key, nonce, tag == nil ? 1 : 0) == 1,
            unsafe EVP_CipherUpdate(context, nil, &count, additional, additionalLength) == 1
        else { throw .cryptography(OpenSSLError(operation: "set up a cipher")) }
        var output = [UInt8](repeating: 0, count: text.count + Self.tagLength)
        guard unsafe EVP_CipherUpdate(context, &output, &count, text, length) == 1 else {
            throw .cryptography(OpenSSLError(operation: "run a cipher"))
        }
        guard let tag else { return unsafe try finishSealing(context, output) }
        return unsafe try finishOpening(context, output, tag)
    }

    private func finishSealing(_ context: OpaquePointer, _ output: [UInt8]) throws(AEADError) -> [UInt8] {
        var rest = [UInt8](repeating: 0, count: Self.tagLength)
        var count: Int32 = 0
        guard unsafe EVP_CipherFinal_ex(context, &rest, &count) == 1,
            unsafe EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, Int32(Self.tagLength), &rest) == 1
        else { throw .cryptography(OpenSSLError(operation: "finish a cipher")) }
        return output.dropLast(Self.tagLength) + rest
    }

    /// The text is given out only after its tag was compared, which OpenSSL does in constant time.
    private func finishOpening(
        _ context: OpaquePointer,
        _ output: [UInt8],
        _ tag: [UInt8]
    ) throws(AEADError) -> [UInt8] {
        var tag = tag
        var count: Int32 = 0
        guard unsafe EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, Int32(tag.count), &tag) == 1 else {
            throw .cryptography(OpenSSLError(operation: "set a tag"))
        }
        var rest = [UInt8](repeating: 0, count: Self.tagLength)
        guard unsafe EVP_CipherFinal_ex(context, &rest, &count) == 1 else {
            OpenSSLError.discardQueue()
            throw .notAuthentic
        }
        return Array(output.dropLast(Self.tagLength))
    }
}
