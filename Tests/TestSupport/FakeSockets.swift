// SPDX-License-Identifier: Apache-2.0

package import STUNCodec
package import TURNRelay

/// Sockets that are only counted.
package final class FakeSockets: RelaySockets {
    private var nextDescriptor: Int32 = 100
    package private(set) var open: [RelaySocketID: TransportAddress] = [:]
    package private(set) var transports: [RelaySocketID: RelayTransport] = [:]
    package private(set) var dials: [PeerDial] = []
    package private(set) var hungUp: [ConnectionID] = []
    package private(set) var owners: [RelaySocketID: AllocationHandle] = [:]
    /// Addresses that another program has.
    package var taken: Set<TransportAddress> = []

    package init() {}

    package func open(
        at address: TransportAddress,
        over transport: RelayTransport,
        for allocation: AllocationHandle
    ) -> RelaySocketID? {
        guard !taken.contains(address), !open.values.contains(address) else { return nil }
        nextDescriptor += 1
        let id = RelaySocketID(loop: Int32(allocation.loop), descriptor: nextDescriptor, serial: 1)
        open[id] = address
        transports[id] = transport
        owners[id] = allocation
        return id
    }

    package func assign(_ socket: RelaySocketID, to allocation: AllocationHandle) {
        owners[socket] = allocation
    }

    package func close(_ socket: RelaySocketID) {
        open[socket] = nil
        transports[socket] = nil
        owners[socket] = nil
    }

    package func connect(_ dial: PeerDial) {
        dials.append(dial)
    }

    package func disconnect(_ connection: ConnectionID, of allocation: AllocationHandle) {
        hungUp.append(connection)
    }
}
