// SPDX-License-Identifier: Apache-2.0

/// What happened between two moments of a server, for a second.
struct StatusRates: Equatable {
    let bytesFromClients: Double
    let bytesToClients: Double
    let packetsFromClients: Double
    let packetsToClients: Double
    let drops: Double
    /// Of one core.
    let cpuPart: Double
    let queueDelay: DelayBuckets
    let eventLoopDelay: DelayBuckets

    /// - Returns: nil when no time has passed, or the server has been started anew.
    init?(from earlier: AdminStatus, to later: AdminStatus) {
        let seconds = later.now - earlier.now
        guard seconds > 0, later.startedAt == earlier.startedAt else { return nil }
        func rate(_ value: (AdminStatus) -> Int) -> Double { Double(max(0, value(later) - value(earlier))) / seconds }
        bytesFromClients = rate(\.bytes.fromClients)
        bytesToClients = rate(\.bytes.toClients)
        packetsFromClients = rate(\.packets.fromClients)
        packetsToClients = rate(\.packets.toClients)
        drops = rate { $0.drops.values.reduce(0, +) }
        cpuPart = max(0, (later.cpuSeconds ?? 0) - (earlier.cpuSeconds ?? 0)) / seconds
        queueDelay = later.queueDelay.since(earlier.queueDelay)
        eventLoopDelay = later.eventLoopDelay.since(earlier.eventLoopDelay)
    }
}
