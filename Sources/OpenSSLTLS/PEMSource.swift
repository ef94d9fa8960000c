// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL
internal import Glibc
internal import OpenSSLCrypto

/// PEM text and what to call it in an error.
struct PEMSource {
    let text: String
    let name: String

    init(text: String, name: String) {
        self.text = text
        self.name = name
    }

    /// Reads a file. A file of many megabytes is no certificate, so reading stops after one.
    init(
        file: String,
        holding content: String,
        about part: TLSIdentityError.Part = .certificate
    ) throws(TLSIdentityError) {
        guard let stream = unsafe fopen(file, "r") else {
            let code = errno
            throw TLSIdentityError(
                code == ENOENT
                    ? "\(content) file \(file) does not exist"
                    : "\(content) file \(file) cannot be read: \(Self.words(code))",
                about: part
            )
        }
        defer { unsafe fclose(stream) }
        let limit = 1 << 20
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: limit) { buffer, count in
            count = unsafe fread(buffer.baseAddress, 1, limit, stream)
        }
        guard unsafe ferror(stream) == 0 else {
            throw TLSIdentityError("\(content) file \(file) cannot be read: \(Self.words(errno))", about: part)
        }
        self.init(text: String(decoding: bytes, as: UTF8.self), name: file)
    }

    private static func words(_ code: Int32) -> String {
        unsafe String(cString: strerror(code))
    }

    /// The certificates of the text; there is at least one.
    func readChain() throws(TLSIdentityError) -> CertificateChain {
        do throws(OpenSSLError) {
            var reader = try CertificateReader(pem: text)
            if let leaf = try reader.next() {
                let chain = try CertificateChain(leaf: leaf)
                while let certificate = try reader.next() { try chain.append(certificate) }
                return chain
            }
        } catch {
            throw TLSIdentityError("the certificate in \(name) is damaged: \(error.reasons[0])")
        }
        throw TLSIdentityError("there is no certificate in \(name)")
    }

    func readKey() throws(TLSIdentityError) -> KeyHandle {
        guard text.contains("PRIVATE KEY-----") else {
            throw TLSIdentityError("there is no private key in \(name)", about: .privateKey)
        }
        guard !text.contains("ENCRYPTED") else {
            throw TLSIdentityError("the private key in \(name) is encrypted with a password", about: .privateKey)
        }
        do throws(OpenSSLError) {
            return try privateKey(pem: text)
        } catch {
            throw TLSIdentityError("the private key in \(name) is damaged: \(error.reasons[0])", about: .privateKey)
        }
    }
}

/// A leaf and what leads to its root.
@safe struct CertificateChain: ~Copyable {
    let leaf: X509Handle
    /// Owned `STACK_OF(X509)`.
    let intermediates: OpaquePointer

    init(leaf: consuming X509Handle) throws(OpenSSLError) {
        guard let stack = unsafe shim_sk_X509_new() else { throw OpenSSLError(operation: "create a chain") }
        self.leaf = leaf
        unsafe intermediates = stack
    }

    deinit {
        unsafe shim_sk_X509_free(intermediates)
    }

    func append(_ certificate: borrowing X509Handle) throws(OpenSSLError) {
        unsafe X509_up_ref(certificate.pointer)
        guard unsafe shim_sk_X509_push(intermediates, certificate.pointer) > 0 else {
            unsafe X509_free(certificate.pointer)
            throw OpenSSLError(operation: "extend a chain")
        }
    }
}
