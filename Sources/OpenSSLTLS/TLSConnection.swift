// SPDX-License-Identifier: Apache-2.0

internal import COpenSSL
internal import NIOCore
internal import OpenSSLCrypto

/// One TLS connection without I/O: encrypted bytes are fed in and taken out, plaintext goes the other way.
///
/// Owns the `SSL`. It may move between threads, one at a time using it.
@safe struct TLSConnection: ~Copyable {
    let ssl: OpaquePointer
    let storage: ConnectionStorage
    /// Retained because callbacks refer to it.
    private let context: TLSContext
    /// Bytes that reading provoked, such as alerts against renegotiation.
    private var answeredBytes = 0
    /// What such answers may add up to: enough for any honest peer, too little to grow memory with.
    private static let answerLimit = 16 * 1024

    /// Makes the server's side.
    static func server(_ configuration: TLSServerConfiguration) throws(TLSError) -> TLSConnection {
        let connection = try TLSConnection(configuration.context, ConnectionStorage())
        unsafe SSL_set_accept_state(connection.ssl)
        return connection
    }

    init(_ context: TLSContext, _ storage: ConnectionStorage) throws(TLSError) {
        guard let ssl = unsafe SSL_new(context.pointer) else {
            throw .fromQueue("create a TLS connection", .internalFailure)
        }
        guard let bio = unsafe ByteBufferBIO.make(over: storage) else {
            unsafe SSL_free(ssl)
            throw .fromQueue("create a TLS connection", .internalFailure)
        }
        unsafe SSL_set_bio(ssl, bio, bio)
        unsafe SSL_set_ex_data(ssl, 0, Unmanaged.passUnretained(storage).toOpaque())
        unsafe self.ssl = ssl
        self.storage = storage
        self.context = context
    }

    deinit {
        unsafe SSL_free(ssl)
        // Freeing may complain about an unfinished handshake.
        OpenSSLError.discardQueue()
    }

    /// Takes in encrypted bytes.
    func feed(_ bytes: ByteBuffer) {
        if storage.inbound.readableBytes == 0 {
            storage.inbound = bytes
        } else {
            var bytes = bytes
            storage.inbound.writeBuffer(&bytes)
        }
    }

    /// What has to be sent to the peer; nil if nothing.
    func takeOutput() -> ByteBuffer? {
        guard storage.outbound.readableBytes > 0 else { return nil }
        let output = storage.outbound
        storage.outbound = ByteBuffer()
        return output
    }

    // MARK: Plaintext

    enum ReadResult {
        /// All input is used up; the last record may be incomplete.
        case needsInput
        /// The peer sent close_notify; nothing follows.
        case closed
        case failed(TLSError)
    }

    /// Decrypts all input. Plaintext may come with any result: what preceded an end or an error is valid.
    mutating func decrypt(into plaintext: inout ByteBuffer) -> ReadResult {
        let sentBefore = storage.outbound.readableBytes
        let result = decryptRecords(into: &plaintext)
        answeredBytes += storage.outbound.readableBytes - sentBefore
        return answeredBytes > Self.answerLimit ? .failed(.tooManyProtocolMessages) : result
    }

    private func decryptRecords(into plaintext: inout ByteBuffer) -> ReadResult {
        while true {
            let inProgress = unsafe Int(SSL_pending(ssl))
            let room = max(inProgress, min(storage.inbound.readableBytes, Self.recordLimit), 1)
            OpenSSLError.discardQueue()
            var isRead = false
            unsafe plaintext.writeWithUnsafeMutableBytes(minimumWritableBytes: room) { bytes in
                var count = 0
                isRead = unsafe SSL_read_ex(ssl, bytes.baseAddress, bytes.count, &count) == 1
                return count
            }
            if isRead {
                // Without read-ahead OpenSSL holds at most the record it is in: asking once more would be in vain.
                guard storage.inbound.readableBytes == 0, unsafe SSL_pending(ssl) == 0 else { continue }
                storage.inbound = ByteBuffer()
                return .needsInput
            }
            switch unsafe SSL_get_error(ssl, 0) {
            case SSL_ERROR_WANT_READ: return .needsInput
            case SSL_ERROR_ZERO_RETURN: return .closed
            default: return .failed(.fromQueue("read from a TLS connection", .protocolViolation))
            }
        }
    }

    /// Encrypts a buffer and others behind it as one stream, in as few records as possible.
    func encrypt(_ first: ByteBuffer, followedBy others: [ByteBuffer]) throws(TLSError) {
        let total = others.reduce(first.readableBytes) { $0 + $1.readableBytes }
        guard total > 0 else { return }
        storage.outbound.reserveCapacity(
            minimumWritableBytes: total + (total / Self.recordLimit + 1) * Self.recordOverhead
        )
        if others.isEmpty { return try encryptPiece(first) }
        // Records are filled up across buffers; whole records' worth in one buffer is not copied to get there.
        var staging = ByteBufferAllocator().buffer(capacity: min(total, Self.recordLimit))
        for var buffer in [first] + others {
            while buffer.readableBytes > 0 {
                if staging.readableBytes == 0, buffer.readableBytes >= Self.recordLimit {
                    let whole = buffer.readableBytes / Self.recordLimit * Self.recordLimit
                    if let records = buffer.readSlice(length: whole) { try encryptPiece(records) }
                    continue
                }
                let missing = min(Self.recordLimit - staging.readableBytes, buffer.readableBytes)
                if var part = buffer.readSlice(length: missing) { staging.writeBuffer(&part) }
                if staging.readableBytes == Self.recordLimit {
                    try encryptPiece(staging)
                    staging.clear()
                }
            }
        }
        try encryptPiece(staging)
    }

    private func encryptPiece(_ piece: ByteBuffer) throws(TLSError) {
        guard piece.readableBytes > 0 else { return }
        OpenSSLError.discardQueue()
        let isWritten = unsafe piece.withUnsafeReadableBytes { bytes in
            var count = 0
            // Writing to memory never blocks, so OpenSSL takes all or fails.
            return unsafe SSL_write_ex(ssl, bytes.baseAddress, bytes.count, &count) == 1
        }
        guard isWritten else { throw .fromQueue("write to a TLS connection", .internalFailure) }
    }

    /// Says close_notify.
    func sendCloseNotify() {
        OpenSSLError.discardQueue()
        unsafe SSL_shutdown(ssl)
        OpenSSLError.discardQueue()
    }

    /// Plaintext bytes in a full record (RFC 8446, section 5.1).
    private static let recordLimit = 16 * 1024
    /// At least what a record adds: header, nonce, content type and tag.
    private static let recordOverhead = 40
}
