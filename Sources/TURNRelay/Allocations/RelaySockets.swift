// SPDX-License-Identifier: Apache-2.0

package import STUNCodec

/// A socket of a relayed transport address: the descriptor, which is used again, and a number, which is not.
package struct RelaySocketID: Hashable, Sendable {
    package let descriptor: Int32
    package let serial: UInt64

    package init(descriptor: Int32, serial: UInt64) {
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
    func close(_ socket: RelaySocketID)
}
