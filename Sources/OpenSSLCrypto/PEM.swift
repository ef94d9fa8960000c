// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

/// Reads certificates one after the other from PEM text, skipping what stands between them.
package struct CertificateReader: ~Copyable {
    private let source: MemoryBIO

    package init(pem: String) throws(OpenSSLError) {
        let source = try MemoryBIO()
        try source.write(pem)
        self.source = source
    }

    /// The next certificate; nil at the end of the text.
    package mutating func next() throws(OpenSSLError) -> X509Handle? {
        if let certificate = unsafe PEM_read_bio_X509(source.pointer, nil, refusePassword, nil) {
            return unsafe X509Handle(owning: certificate)
        }
        let error = ERR_peek_last_error()
        let atEnd = ERR_GET_LIB(error) == ERR_LIB_PEM && ERR_GET_REASON(error) == PEM_R_NO_START_LINE
        guard atEnd else { throw OpenSSLError(operation: "read a certificate") }
        OpenSSLError.discardQueue()
        return nil
    }
}

/// Reads the first private key of PEM text. An encrypted one is refused: nobody is there to type a password.
package func privateKey(pem: String) throws(OpenSSLError) -> KeyHandle {
    let source = try MemoryBIO()
    try source.write(pem)
    guard let key = unsafe PEM_read_bio_PrivateKey(source.pointer, nil, refusePassword, nil) else {
        throw OpenSSLError(operation: "read a private key")
    }
    return unsafe KeyHandle(owning: key)
}

/// OpenSSL's own callback asks on the terminal.
private func refusePassword(
    _: UnsafeMutablePointer<CChar>?,
    _: Int32,
    _: Int32,
    _: UnsafeMutableRawPointer?
) -> Int32 {
    -1
}

extension X509Handle {
    /// This certificate as PEM text.
    package func pem() throws(OpenSSLError) -> String {
        let output = try MemoryBIO()
        guard unsafe PEM_write_bio_X509(output.pointer, pointer) == 1 else {
            throw OpenSSLError(operation: "write a certificate")
        }
        return output.contents
    }
}

extension KeyHandle {
    static func generateP256() throws(OpenSSLError) -> KeyHandle {
        guard let key = unsafe shim_EVP_EC_gen("P-256") else { throw OpenSSLError(operation: "generate a P-256 key") }
        return unsafe KeyHandle(owning: key)
    }

    /// This key as PKCS #8 PEM text, not encrypted.
    func pem() throws(OpenSSLError) -> String {
        let output = try MemoryBIO()
        guard unsafe PEM_write_bio_PrivateKey(output.pointer, pointer, nil, nil, 0, nil, nil) == 1 else {
            throw OpenSSLError(operation: "write a private key")
        }
        return output.contents
    }
}
