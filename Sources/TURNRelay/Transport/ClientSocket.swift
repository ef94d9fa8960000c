// SPDX-License-Identifier: Apache-2.0

import DatagramIO
import NIOCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A descriptor of a client's TCP connection, closed with this object. Nothing here waits.
final class ClientSocket: Sendable {
    let descriptor: CInt

    /// - Parameter original: of the same connection, and its owner's.
    init(duplicating original: CInt) throws(SystemCallError) {
        descriptor = try Self.duplicate(original)
    }

    /// Another descriptor of the connection, for its new owner.
    func duplicate() throws(SystemCallError) -> CInt {
        try Self.duplicate(descriptor)
    }

    private static func duplicate(_ descriptor: CInt) throws(SystemCallError) -> CInt {
        let duplicate = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        guard duplicate >= 0 else { throw SystemCallError(errno: errno) }
        return duplicate
    }

    deinit {
        close(descriptor)
    }

    enum Reception: Equatable {
        /// - Parameter mayHaveMore: the buffer was filled.
        case bytes(mayHaveMore: Bool)
        /// There is nothing now.
        case nothing
        /// The client has said all that it had to say.
        case ended
        case failed
    }

    /// Takes what has come, as much as there is room for.
    func receive(into buffer: inout ByteBuffer) -> Reception {
        let room = buffer.writableBytes
        // A count, or what went wrong.
        let result = buffer.withUnsafeMutableWritableBytes { bytes in
            let count = recv(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_DONTWAIT))
            return count < 0 ? -Int(errno) : count
        }
        switch result {
        case 1...:
            buffer.moveWriterIndex(forwardBy: result)
            return .bytes(mayHaveMore: result == room)
        case 0: return .ended
        default: return Self.isForNow(-result) ? .nothing : .failed
        }
    }

    /// Gives the kernel as much as it takes, and leaves the rest.
    ///
    /// - Returns: false when the connection is broken.
    func send(_ bytes: inout ByteBuffer) -> Bool {
        let result = bytes.withUnsafeReadableBytes { bytes in
            let count = Self.send(descriptor, bytes.baseAddress, bytes.count)
            return count < 0 ? -Int(errno) : count
        }
        guard result >= 0 else { return Self.isForNow(-result) }
        bytes.moveReaderIndex(forwardBy: result)
        return true
    }

    private static func isForNow(_ error: Int) -> Bool {
        error == EAGAIN || error == EWOULDBLOCK || error == EINTR
    }

    #if canImport(Glibc)
        private static func send(_ descriptor: CInt, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
            Glibc.send(descriptor, bytes, count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
        }
    #else
        private static func send(_ descriptor: CInt, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
            Musl.send(descriptor, bytes, count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
        }
    #endif
}
