// SPDX-License-Identifier: Apache-2.0

/// What a relay did since it started. Each event loop has its own and adds without locks; a reader sums them up.
package struct RelayCounters: Sendable {
    package var connections = 0
    /// STUN messages, whatever became of them.
    package var messages = 0
    /// Payloads that reached the queue of their receiver, and their bytes; `drops` has those that got no further.
    package var packetsQueued = 0
    package var bytesQueued = 0
    /// Of payloads that could not be sent at once.
    package var queueDelays = QueueDelays()
    /// By `DropReason`.
    package var drops: [DropReason: Int] = [:]
    package var closes: [CloseReason: Int] = [:]

    package init() {}

    mutating func add(_ other: RelayCounters) {
        connections += other.connections
        messages += other.messages
        packetsQueued += other.packetsQueued
        bytesQueued += other.bytesQueued
        queueDelays.add(other.queueDelays)
        drops.merge(other.drops, uniquingKeysWith: +)
        closes.merge(other.closes, uniquingKeysWith: +)
    }

    mutating func count(_ reason: DropReason, times: Int = 1) {
        if times > 0 { drops[reason, default: 0] += times }
    }
}
