// SPDX-License-Identifier: Apache-2.0

/// What a loop did since it started. Each loop has its own and adds without locks; a reader sums them up.
package struct RelayCounters: Sendable {
    /// Clients that came: connections, and over UDP allocations.
    package var clients = PerTransport(0)
    /// STUN messages, whatever became of them.
    package var messages = 0
    /// Payloads of clients that had a way to go.
    package var fromClients = PerTransport(Traffic())
    /// Payloads that reached the queue of their receiver; `drops` has those that got no further.
    package var toClients = PerTransport(Traffic())
    package var fromPeers = Traffic()
    package var toPeers = Traffic()
    /// Bytes of connections with peers (RFC 6062), which are no packets.
    package var streamedFromPeers = 0
    package var streamedToPeers = 0
    /// Of payloads that could not be sent at once.
    package var queueDelays = DelayHistogram()
    /// That the relay made of clients that take their media too slowly.
    package var congestionReports = 0
    /// How late the loop came to look at its deadlines: for as long as everything else on it was late, too.
    package var tickDelays = DelayHistogram()
    /// By `DropReason`.
    package var drops: [DropReason: Int] = [:]
    package var closes: [CloseReason: Int] = [:]

    package init() {}

    /// Payloads that reached the queue of their receiver, clients and peers.
    package var queued: Traffic {
        var sum = toClients.sum
        sum.add(toPeers)
        return sum
    }

    /// Grows with all that is relayed, either way.
    var progress: Int {
        fromClients.sum.packets + toClients.sum.packets + streamedFromPeers + streamedToPeers
    }

    mutating func add(_ other: RelayCounters) {
        clients.add(other.clients)
        messages += other.messages
        fromClients.add(other.fromClients)
        toClients.add(other.toClients)
        fromPeers.add(other.fromPeers)
        toPeers.add(other.toPeers)
        streamedFromPeers += other.streamedFromPeers
        streamedToPeers += other.streamedToPeers
        queueDelays.add(other.queueDelays)
        congestionReports += other.congestionReports
        tickDelays.add(other.tickDelays)
        drops.merge(other.drops, uniquingKeysWith: +)
        closes.merge(other.closes, uniquingKeysWith: +)
    }

    mutating func count(_ reason: DropReason, times: Int = 1) {
        if times > 0 { drops[reason, default: 0] += times }
    }
}
