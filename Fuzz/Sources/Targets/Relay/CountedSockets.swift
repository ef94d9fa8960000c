// SPDX-License-Identifier: Apache-2.0

import STUNCodec

@testable import TURNRelay

/// Sockets of relayed addresses that are only counted. Some ports belong to another program.
final class CountedSockets: RelaySockets {
    private(set) var open: [RelaySocketID: TransportAddress] = [:]
    /// Connections with peers, that are made or to be made.
    private(set) var dials: [PeerDial] = []
    private var serial: UInt64 = 0

    func open(
        at address: TransportAddress,
        over transport: RelayTransport,
        for allocation: AllocationHandle
    ) -> RelaySocketID? {
        require(!open.values.contains(address), "a second socket at one address")
        guard address.port % 8 != 3 else { return nil }
        serial += 1
        let id = RelaySocketID(descriptor: Int32(open.count), serial: serial)
        open[id] = address
        return id
    }

    func assign(_ socket: RelaySocketID, to allocation: AllocationHandle) {
        require(open[socket] != nil, "a socket is assigned that is not open")
    }

    func close(_ socket: RelaySocketID) {
        require(open.removeValue(forKey: socket) != nil, "a socket is closed that is not open")
    }

    func connect(_ dial: PeerDial) {
        require(open.values.contains(dial.source), "a connection from an address that nobody has")
        dials.append(dial)
    }

    func disconnect(_ connection: ConnectionID, of allocation: AllocationHandle) {
        forget(connection)
    }

    func forget(_ connection: ConnectionID) {
        dials.removeAll { $0.connection == connection }
    }
}
