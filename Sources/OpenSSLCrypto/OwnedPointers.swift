// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL

/// Owns one reference to an `X509`.
@safe package struct X509Handle: ~Copyable {
    package let pointer: OpaquePointer

    /// Takes over the caller's reference.
    package init(owning pointer: OpaquePointer) {
        unsafe self.pointer = pointer
    }

    deinit {
        unsafe X509_free(pointer)
    }
}

/// Owns one reference to an `EVP_PKEY`.
@safe package struct KeyHandle: ~Copyable {
    package let pointer: OpaquePointer

    /// Takes over the caller's reference.
    package init(owning pointer: OpaquePointer) {
        unsafe self.pointer = pointer
    }

    deinit {
        unsafe EVP_PKEY_free(pointer)
    }
}

/// Owns a memory BIO: OpenSSL's way to read and print text.
@safe struct MemoryBIO: ~Copyable {
    let pointer: OpaquePointer

    init() throws(OpenSSLError) {
        guard let pointer = unsafe BIO_new(BIO_s_mem()) else { throw OpenSSLError(operation: "create a memory BIO") }
        unsafe self.pointer = pointer
    }

    /// Appends `text` to what can be read.
    func write(_ text: String) throws(OpenSSLError) {
        var written = 0
        let bytes = Array(text.utf8)
        guard unsafe bytes.isEmpty || BIO_write_ex(pointer, bytes, bytes.count, &written) == 1 else {
            throw OpenSSLError(operation: "write to a memory BIO")
        }
    }

    var contents: String {
        var start: UnsafeMutablePointer<CChar>? = nil
        let count = unsafe shim_BIO_get_mem_data(pointer, &start)
        let bytes = unsafe UnsafeRawBufferPointer(start: start, count: max(0, count))
        return unsafe String(decoding: bytes, as: UTF8.self)
    }

    deinit {
        unsafe BIO_free(pointer)
    }
}
