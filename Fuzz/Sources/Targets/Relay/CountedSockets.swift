// SPDX-License-Identifier: Apache-2.0

import STUNCodec

@testable import TURNRelay

/// Sockets of relayed addresses that are only counted. Some ports belong to another program.
final class CountedSockets: RelaySockets {
    private(set) var open: [RelaySocketID: TransportAddress] = [:]
    private var serial: UInt64 = 0

    func open(at address: TransportAddress, for allocation: AllocationHandle) -> RelaySocketID? {
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
}
