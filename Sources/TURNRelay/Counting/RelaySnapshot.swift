// SPDX-License-Identifier: Apache-2.0

/// Who is there at one moment. Looked up when somebody asks, so that nothing is kept that could get out of step.
package struct RelayCensus: Sendable {
    /// With an allocation or without.
    package var clients = PerTransport(0)
    /// Of those clients.
    package var allocations = PerTransport(0)
    /// Allocations whose client may come back on another connection (RFC 8016).
    package var detachedAllocations = 0

    package init() {}

    mutating func add(_ other: RelayCensus) {
        clients.add(other.clients)
        allocations.add(other.allocations)
        detachedAllocations += other.detachedAllocations
    }
}

extension Relay {
    package var census: RelayCensus {
        var census = RelayCensus()
        for case let client? in clients.slots {
            guard !client.isDetached else {
                census.detachedAllocations += 1
                continue
            }
            census.clients[client.transport] += 1
            if client.allocation != nil { census.allocations[client.transport] += 1 }
        }
        return census
    }
}

/// The numbers of a whole ``RelayServer``.
package struct RelaySnapshot: Sendable {
    package var counters = RelayCounters()
    package var core = ProtocolCounters()
    package var census = RelayCensus()
    package var allocationsByRealm: [String: Int] = [:]
    /// In use, by allocations and reservations.
    package var relayedAddresses = 0
    /// Threads of the relay that have real-time priority.
    package var realTimeThreads = 0
    /// How late event loops were, threads for TCP and TLS clients, and threads for datagrams.
    package var eventLoopDelays = DelayHistogram()
    package var streamThreadDelays = DelayHistogram()
    package var datagramThreadDelays = DelayHistogram()

    package init() {}
}
