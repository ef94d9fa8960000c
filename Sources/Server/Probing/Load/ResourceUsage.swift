// SPDX-License-Identifier: Apache-2.0

import Foundation

/// What server and load generator had used at a moment.
struct ResourceSample {
    private let server: ServerProcess?
    private let usage: ServerProcess.Usage?
    private let own: ServerProcess.Usage?

    init(_ server: ServerProcess?) {
        self.server = server
        usage = server?.usage
        own = ServerProcess(id: Int(ProcessInfo.processInfo.processIdentifier)).usage
    }

    /// What was used since then.
    func until(_ later: ResourceSample) -> ResourceUsage {
        ResourceUsage(
            serverID: server?.id,
            serverCPUSeconds: Self.difference(usage, later.usage),
            serverResidentBytes: later.usage?.residentBytes,
            serverPeakResidentBytes: later.usage?.peakResidentBytes,
            ownCPUSeconds: Self.difference(own, later.own)
        )
    }

    private static func difference(_ before: ServerProcess.Usage?, _ after: ServerProcess.Usage?) -> Double? {
        guard let before, let after else { return nil }
        return after.cpuSeconds - before.cpuSeconds
    }
}

/// What a load cost. Nil where nothing can be told: a server elsewhere, or a system without /proc.
struct ResourceUsage: Equatable, Sendable {
    var serverID: Int?
    var serverCPUSeconds: Double?
    var serverResidentBytes: Int?
    var serverPeakResidentBytes: Int?
    /// Of this program: near a core for each event loop, it is what limits.
    var ownCPUSeconds: Double?
}
