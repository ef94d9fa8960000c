// SPDX-License-Identifier: Apache-2.0

import CDatagrams
package import STUNCodec

/// The datagrams of one system call, in memory that is used again for the next.
package final class ReceiveBatch {
    private static let capacity = 64

    /// Bytes of room for each datagram: what a WebRTC path carries, with room to spare for jumbo frames' sake.
    private let stride: Int
    private var bytes: [UInt8]
    private var datagrams = [datagram](repeating: datagram(), count: capacity)
    package private(set) var count = 0

    /// - Parameter maximumLength: of a datagram in bytes; longer ones are not delivered.
    package init(maximumLength: Int) {
        stride = maximumLength
        bytes = [UInt8](repeating: 0, count: maximumLength * Self.capacity)
    }

    /// Fills the batch with what a socket has.
    ///
    /// - Returns: whether there may be more. An error of the socket counts as "no": it is in its error queue.
    package func receive(from socket: DatagramSocket) -> Bool {
        let received = unsafe bytes.withUnsafeMutableBytes { bytes in
            unsafe datagram_receive(
                socket.descriptor,
                bytes.baseAddress,
                UInt32(stride),
                &datagrams,
                CInt(Self.capacity)
            )
        }
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
            guard datagram.is_truncated == 0, let source = TransportAddress(datagram.remote) else {
                truncated += 1
                continue
            }
            let payload = bytes.rawSpan.extracting(first: min(bytes.count, Int(datagram.offset + datagram.length)))
                .extracting(droppingFirst: Int(datagram.offset))
            body(payload, source, IPAddress(datagram.local))
        }
        return truncated
    }
}

@available(*, unavailable)
extension ReceiveBatch: Sendable {}
