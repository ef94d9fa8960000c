// SPDX-License-Identifier: Apache-2.0

import CDatagrams
package import STUNCodec

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Datagrams that wait to leave through one socket with as few system calls as possible.
package final class SendBatch {
    private static let capacity = 64

    private var bytes: [UInt8] = []
    private var datagrams: [datagram] = []

    package init() {}

    package var isFull: Bool { datagrams.count >= Self.capacity }

    /// What it occupies, in bytes, also when nothing waits.
    package var memory: Int { bytes.capacity + datagrams.capacity * MemoryLayout<datagram>.stride }

    /// - Parameters:
    ///   - source: the local address to send from; nil when the socket decides.
    ///   - write: appends the datagram's bytes to what it is given.
    package func append(
        to destination: TransportAddress,
        from source: IPAddress? = nil,
        _ write: (inout [UInt8]) -> Void
    ) {
        let start = bytes.count
        write(&bytes)
        var datagram = datagram()
        datagram.offset = UInt32(start)
        datagram.length = UInt32(bytes.count - start)
        datagram.remote = datagram_address(destination)
        if let source { datagram.local = datagram_address(source) }
        datagrams.append(datagram)
    }

    /// Sends what waits. What the kernel does not take is lost, as datagrams are.
    ///
    /// - Returns: how many were lost.
    package func flush(to socket: DatagramSocket) -> Int {
        var next = 0
        var lost = 0
        while next < datagrams.count {
            switch send(from: next, to: socket) {
            case let sent where sent > 0:
                next += sent
            case -Int(EAGAIN), -Int(ENOBUFS):
                lost += datagrams.count - next
                next = datagrams.count
            default:
                // The first one was refused for itself, or takes the blame for an earlier one: the next may do better.
                lost += 1
                next += 1
            }
        }
        bytes.removeAll(keepingCapacity: true)
        datagrams.removeAll(keepingCapacity: true)
        return lost
    }

    /// - Returns: how many were sent, or the negative number of the error that the first one met.
    private func send(from first: Int, to socket: DatagramSocket) -> Int {
        var maySegment: UInt8 = socket.maySegment ? 1 : 0
        defer { if maySegment == 0 { socket.maySegment = false } }
        return unsafe bytes.withUnsafeBytes { bytes in
            unsafe datagrams.withUnsafeBufferPointer { datagrams in
                let rest = unsafe UnsafeBufferPointer(rebasing: datagrams[first...])
                return unsafe Int(
                    datagram_send(
                        socket.descriptor,
                        socket.family,
                        bytes.baseAddress,
                        rest.baseAddress,
                        CInt(rest.count),
                        &maySegment
                    )
                )
            }
        }
    }
}

@available(*, unavailable)
extension SendBatch: Sendable {}
