// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// An open TLS connection without a channel: for whoever reads and writes the socket by other means.
///
/// ``TLSHandler/release()`` gives one away, and a ``TLSServerHandler`` may take it again. It may move between threads, one at a
/// time using it, which the compiler does not know.
package final class TLSRecordLayer: @unchecked Sendable {
    package enum ReadResult {
        /// All input is used up; the last record may be incomplete.
        case needsInput
        /// The peer sent close_notify; nothing follows.
        case closed
        /// What the peer sent is no TLS, or not what the protocol allows.
        case failed
    }

    private var connection: TLSConnection?

    init(_ connection: consuming TLSConnection) {
        self.connection = consume connection
    }

    /// Decrypts what was received.
    ///
    /// - Parameters:
    ///   - bytes: nobody refers to them afterwards.
    ///   - plaintext: gets what is readable now, whatever the result.
    package func decrypt(_ bytes: ByteBuffer, into plaintext: inout ByteBuffer) -> ReadResult {
        connection?.feed(bytes)
        return switch connection?.decrypt(into: &plaintext) {
        case .needsInput: .needsInput
        case .closed: .closed
        case .failed, nil: .failed
        }
    }

    /// Encrypts a buffer, in as few records as possible.
    ///
    /// - Parameter output: empty; gets the records, behind what OpenSSL has said by itself.
    package func encrypt(_ plaintext: ByteBuffer, into output: inout ByteBuffer) throws(TLSError) {
        guard let storage = connection?.storage else { return }
        // OpenSSL writes into the caller's memory.
        swap(&storage.outbound, &output)
        if output.readableBytes > 0 {
            storage.outbound.writeBuffer(&output)
            output = ByteBuffer()
        }
        defer { swap(&storage.outbound, &output) }
        try connection?.encrypt(plaintext, followedBy: [])
    }

    /// Whether OpenSSL wants to say something by itself.
    package var hasOutput: Bool { (connection?.storage.outbound.readableBytes ?? 0) > 0 }

    /// What OpenSSL wants to say by itself; nil if nothing.
    package func takeOutput() -> ByteBuffer? {
        connection?.takeOutput()
    }

    /// Says close_notify, in the next output.
    package func sayGoodbye() {
        connection?.sendCloseNotify()
    }

    func takeConnection() -> TLSConnection? {
        connection.take()
    }
}
