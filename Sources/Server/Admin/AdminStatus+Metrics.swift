// SPDX-License-Identifier: Apache-2.0

import SignalHub
import TURNRelay

extension AdminStatus {
    /// State and log level are for others to add.
    init(_ snapshot: MetricsSnapshot) {
        version = snapshot.version
        now = ProcessReading.now.roundedToMilliseconds
        take(snapshot.relay)
        websockets = snapshot.signaling.connections
        rooms = snapshot.signaling.rooms
        members = snapshot.signaling.members
        waiting = snapshot.signaling.waiting
        httpConnections = snapshot.edge.http
        undecidedConnections = snapshot.edge.undecided
        tlsHandshakes = snapshot.edge.handshakes.values.reduce(0, +)
        tlsHandshakeFailures = snapshot.edge.handshakeFailures.values.reduce(0, +)
        certificates = snapshot.certificates.map { Certificate(name: $0.name, expiresAt: $0.expiresAt) }
        guard let process = snapshot.process else { return }
        startedAt = process.startTime.roundedToMilliseconds
        cpuSeconds = process.usage.cpuSeconds
        residentBytes = process.usage.residentBytes
        openFiles = process.openFiles
    }

    private mutating func take(_ relay: RelaySnapshot) {
        let census = relay.census.allocations
        allocations = Allocations(udp: census[.udp], tcp: census[.tcp], tls: census[.tls])
        detachedAllocations = relay.census.detachedAllocations
        let (from, to) = (relay.counters.fromClients.sum, relay.counters.toClients.sum)
        bytes = Directions(fromClients: from.bytes, toClients: to.bytes)
        packets = Directions(fromClients: from.packets, toClients: to.packets)
        for reason in DropReason.allCases { drops[reason.rawValue.snakeCase] = relay.counters.drops[reason] ?? 0 }
        queueDelay = DelayBuckets(relay.counters.queueDelays)
        var loopDelays = relay.eventLoopDelays
        loopDelays.add(relay.streamThreadDelays)
        loopDelays.add(relay.datagramThreadDelays)
        eventLoopDelay = DelayBuckets(loopDelays)
        eventLoopLagSeconds = Lag(p50: eventLoopDelay.quantile(0.5), p99: eventLoopDelay.quantile(0.99))
        authenticationFailures = relay.core.refusals.filter { !$0.key.isOrdinary }.values.reduce(0, +)
    }
}
