// SPDX-License-Identifier: Apache-2.0

import DatagramIO
import STUNCodec

/// A UDP socket of a datagram loop, what its datagrams are, and what waits to leave through it.
final class DatagramPort {
    enum Purpose {
        /// A listener: datagrams are of clients.
        case clients
        /// A relayed transport address: datagrams are of peers.
        case allocation(AllocationHandle)
    }

    let socket: DatagramSocket
    let serial: UInt64
    /// Changes when an allocation moves to another loop.
    var purpose: Purpose
    /// Of a listener that is for NAT behavior discovery too.
    let vantage: DiscoveryVantage?
    private var isFragmentationForbidden = false
    /// Lent by the loop while something waits: thousands of sockets share the memory of the few that are busy.
    var batch: SendBatch?

    init(_ socket: DatagramSocket, serial: UInt64, purpose: Purpose, vantage: DiscoveryVantage? = nil) {
        self.socket = socket
        self.serial = serial
        self.purpose = purpose
        self.vantage = vantage
    }

    /// Adds a datagram to the batch that the loop has lent.
    ///
    /// - Parameters:
    ///   - source: the local address to send from; nil when the socket has only one.
    ///   - write: appends the bytes of the datagram.
    /// - Returns: how many datagrams were lost to make room.
    func send(
        to destination: TransportAddress,
        from source: IPAddress?,
        dontFragment: Bool,
        _ write: (inout [UInt8]) -> Void
    ) -> Int {
        var lost = 0
        if dontFragment != isFragmentationForbidden {
            lost = flush()
            isFragmentationForbidden = dontFragment
            socket.setDontFragment(dontFragment)
        } else if batch?.isFull == true {
            lost = flush()
        }
        batch?.append(to: destination, from: source, write)
        return lost
    }

    /// - Returns: how many datagrams were lost.
    func flush() -> Int {
        batch?.flush(to: socket) ?? 0
    }
}

@available(*, unavailable)
extension DatagramPort: Sendable {}
