// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL
internal import NIOCore
internal import OpenSSLCrypto

/// What a connection's callbacks work on: the encrypted bytes on their way in and out, and what verification found.
///
/// One thread at a time calls into an `SSL`, and only within such a call is this touched by a callback.
final class ConnectionStorage {
    /// Received, not yet taken by OpenSSL.
    var inbound = ByteBuffer()
    /// Produced by OpenSSL, not yet written to the channel.
    var outbound = ByteBuffer()
    /// Under which a client files the session for the next connection.
    let sessionKey: String
    /// What verification of the server's certificate found.
    var verification = PeerVerification()

    /// Why a server had no certificate to present.
    var refusal: TLSError?
    /// Whether the client of a server is a CA that validates a name (RFC 8737).
    var isValidation = false
    /// What is presented to it.
    var challenge: TLSIdentity?

    init(sessionKey: String = "") {
        self.sessionKey = sessionKey
    }

    /// The storage of an `SSL` that a ``TLSConnection`` owns.
    static func of(_ ssl: OpaquePointer) -> ConnectionStorage? {
        unsafe SSL_get_ex_data(ssl, 0).map { unsafe Unmanaged<ConnectionStorage>.fromOpaque($0).takeUnretainedValue() }
    }
}

@available(*, unavailable)
extension ConnectionStorage: Sendable {}

/// A BIO that reads from and writes to the byte buffers of a ``ConnectionStorage``.
enum ByteBufferBIO {
    private nonisolated(unsafe) static let method: OpaquePointer? = {
        let method = unsafe BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "ByteBuffer")
        unsafe BIO_meth_set_read(method) { bio, output, count in unsafe read(bio, output, count) }
        unsafe BIO_meth_set_write(method) { bio, input, count in unsafe write(bio, input, count) }
        unsafe BIO_meth_set_ctrl(method) { _, command, _, _ in
            // Writing to memory leaves nothing to flush; no other command means anything here.
            command == BIO_CTRL_FLUSH ? 1 : 0
        }
        return unsafe method
    }()

    /// A new BIO over `storage`, which has to outlive it.
    static func make(over storage: ConnectionStorage) -> OpaquePointer? {
        guard let bio = unsafe BIO_new(method) else { return nil }
        unsafe BIO_set_data(bio, Unmanaged.passUnretained(storage).toOpaque())
        unsafe BIO_set_init(bio, 1)
        return unsafe bio
    }

    private static func storage(of bio: OpaquePointer?) -> ConnectionStorage? {
        unsafe BIO_get_data(bio).map { unsafe Unmanaged<ConnectionStorage>.fromOpaque($0).takeUnretainedValue() }
    }

    private static func read(_ bio: OpaquePointer?, _ output: UnsafeMutablePointer<CChar>?, _ count: Int32) -> Int32 {
        unsafe shim_BIO_clear_retry_flags(bio)
        guard let storage = unsafe storage(of: bio), let output = unsafe output, count > 0 else { return 0 }
        let length = min(Int(count), storage.inbound.readableBytes)
        guard length > 0 else {
            // Drops the memory of what was read.
            storage.inbound = ByteBuffer()
            unsafe shim_BIO_set_retry_read(bio)
            return -1
        }
        unsafe storage.inbound.readWithUnsafeReadableBytes { bytes in
            unsafe UnsafeMutableRawPointer(output).copyMemory(from: bytes.baseAddress!, byteCount: length)
            return length
        }
        return Int32(length)
    }

    private static func write(_ bio: OpaquePointer?, _ input: UnsafePointer<CChar>?, _ count: Int32) -> Int32 {
        unsafe shim_BIO_clear_retry_flags(bio)
        guard let storage = unsafe storage(of: bio), count > 0 else { return 0 }
        unsafe storage.outbound.writeBytes(UnsafeRawBufferPointer(start: input, count: Int(count)))
        return count
    }
}
