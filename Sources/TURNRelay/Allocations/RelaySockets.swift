// SPDX-License-Identifier: Apache-2.0

package import STUNCodec

/// A socket of a relayed transport address: the descriptor, which is used again, and a number, which is not.
package struct RelaySocketID: Hashable, Sendable {
    /// Index of the loop that serves the socket, whichever has the allocation.
    package let loop: Int32
    package let descriptor: Int32
    package let serial: UInt64

    package init(loop: Int32 = 0, descriptor: Int32, serial: UInt64) {
        self.loop = loop
        self.descriptor = descriptor
        self.serial = serial
    }
}

/// Opens and closes the sockets behind relayed transport addresses: the only I/O that the relay asks for by itself,
/// because whether a port can be had decides the answer to Allocate, and whether a peer can be that to Connect.
package protocol RelaySockets {
    /// Opens a UDP socket whose datagrams are for an allocation, or a TCP socket that listens for its peers.
    ///
    /// - Returns: nil when the system refuses.
    func open(
        at address: TransportAddress,
        over transport: RelayTransport,
        for allocation: AllocationHandle
    ) -> RelaySocketID?
    /// Has the datagrams of a socket taken to where its allocation has moved.
    func assign(_ socket: RelaySocketID, to allocation: AllocationHandle)
    func close(_ socket: RelaySocketID)
    /// Connects to a peer. ``Relay/settle(_:of:isConnected:)`` is called with what comes of it, later.
    func connect(_ dial: PeerDial)
    /// Closes a connection with a peer at once, and the client's data connection with it.
    func disconnect(_ connection: ConnectionID, of allocation: AllocationHandle)
}

/// Between relay and peers, by the protocol number of REQUESTED-TRANSPORT.
package enum RelayTransport: UInt8, Sendable {
    case tcp = 6
    case udp = 17
}

/// A connection to be made to a peer.
package struct PeerDial: Hashable, Sendable {
    package let connection: ConnectionID
    package let allocation: AllocationHandle
    /// Of the allocation, as the socket is bound to it.
    package let source: TransportAddress
    package let peer: TransportAddress
}
