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
/// because whether a port can be had decides the answer to Allocate.
package protocol RelaySockets {
    /// Opens a UDP socket whose datagrams are for an allocation.
    ///
    /// - Returns: nil when the system refuses.
    func open(at address: TransportAddress, for allocation: AllocationHandle) -> RelaySocketID?
    /// Has the datagrams of a socket taken to where its allocation has moved.
    func assign(_ socket: RelaySocketID, to allocation: AllocationHandle)
    func close(_ socket: RelaySocketID)
}
