// SPDX-License-Identifier: Apache-2.0

import CDatagrams
package import STUNCodec

/// The datagrams of one system call, in memory that is used again for the next.
@safe package final class ReceiveBatch {
    private static let capacity = 64

    /// Bytes of room for each datagram. Memory that no datagram reaches is never touched.
    private let stride: Int
    private let bytes: UnsafeMutableRawBufferPointer
    private var datagrams = [datagram](repeating: datagram(), count: capacity)
    package private(set) var count = 0

    /// - Parameter maximumLength: of a datagram in bytes; longer ones are not delivered.
    package init(maximumLength: Int) {
        // 64 more: starts that are a power of two apart would all want the same lines of the processor's cache.
        stride = maximumLength + 64
        unsafe bytes = .allocate(byteCount: stride * Self.capacity, alignment: 64)
    }

    deinit {
        unsafe bytes.deallocate()
    }

    /// Fills the batch with what a socket has.
    ///
    /// - Returns: whether there may be more. An error of the socket counts as "no": it is in its error queue.
    package func receive(from socket: DatagramSocket) -> Bool {
        let received = unsafe datagram_receive(
            socket.descriptor,
            bytes.baseAddress,
            UInt32(stride),
            &datagrams,
            CInt(Self.capacity)
        )
        count = max(0, Int(received))
        return count == Self.capacity
    }

    /// Calls `body` with each datagram: its payload, where it came from, and the local address that it arrived at, when
    /// the socket tells it. Truncated ones are left out.
    ///
    /// - Returns: how many were truncated.
    package func forEach(_ body: (RawSpan, _ from: TransportAddress, _ to: IPAddress?) -> Void) -> Int {
        var truncated = 0
        for datagram in datagrams.prefix(count) {
            guard datagram.is_truncated == 0, datagram.length <= stride - 64,
                let source = TransportAddress(datagram.remote)
            else {
                truncated += 1
                continue
            }
            let start = Int(datagram.offset)
            let payload = unsafe UnsafeRawBufferPointer(rebasing: bytes[start..<start + Int(datagram.length)]).bytes
            body(payload, source, IPAddress(datagram.local))
        }
        return truncated
    }
}

@available(*, unavailable)
extension ReceiveBatch: Sendable {}
