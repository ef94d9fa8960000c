// SPDX-License-Identifier: Apache-2.0

import STUNCodec

@testable import TURNRelay

/// Sockets that are only counted.
final class FakeSockets: RelaySockets {
    private var nextDescriptor: Int32 = 100
    private(set) var open: [RelaySocketID: TransportAddress] = [:]
    /// Addresses that another program has.
    var taken: Set<TransportAddress> = []

    func open(at address: TransportAddress, for allocation: AllocationHandle) -> RelaySocketID? {
        guard !taken.contains(address), !open.values.contains(address) else { return nil }
        nextDescriptor += 1
        let id = RelaySocketID(descriptor: nextDescriptor, serial: 1)
        open[id] = address
        return id
    }

    func close(_ socket: RelaySocketID) {
        open[socket] = nil
    }
}
