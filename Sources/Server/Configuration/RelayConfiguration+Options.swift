// SPDX-License-Identifier: Apache-2.0

import NIOCore
import TURNRelay

extension RelayConfiguration {
    init(_ options: RelayOptions) {
        self.init()
        switch options.mode {
        case .closed:
            if let address = options.addresses.first { mode = .closed(address.local) }
        case .open:
            let hosts = options.addresses.map { RelayAddress($0.local, external: $0.external) }
            mode = .open(hosts, ports: options.ports)
        }
        alternateServers = options.alternateServers
        alternateServerThreshold = options.alternateServerThreshold
        allowsMobility = options.allowsMobility
        allowsTCPAllocations = options.allowsTCPAllocations
        set(options.limits)
    }

    private mutating func set(_ limits: RelayLimits) {
        strangersPerSecondPerAddress = limits.challengesPerSecondPerAddress ?? strangersPerSecondPerAddress
        permissionsPerAllocation = limits.permissionsPerAllocation ?? permissionsPerAllocation
        channelsPerAllocation = limits.channelsPerAllocation ?? channelsPerAllocation
        connectionsPerAllocation = limits.connectionsPerAllocation ?? connectionsPerAllocation
        maximumLifetime = limits.maximumLifetime.map { .seconds(Int64($0)) } ?? maximumLifetime
    }
}

extension RealmConfiguration {
    mutating func set(_ options: RealmOptions, hostAddresses: HostAddresses) {
        hostNames = options.hosts
        peerRules = PeerRules(allow: options.allowedPeers, deny: options.deniedPeers, hostAddresses: hostAddresses)
        let limits = options.limits
        allocationsPerUser = limits.allocationsPerUser ?? allocationsPerUser
        allocationsInTotal = limits.allocationsInTotal ?? allocationsInTotal
        bandwidth.perAllocation = limits.bytesPerSecondPerAllocation.flatMap { $0 > 0 ? $0 : nil }
        bandwidth.perUser = limits.bytesPerSecondPerUser.flatMap { $0 > 0 ? $0 : nil }
        bandwidth.inTotal = limits.bytesPerSecondInTotal.flatMap { $0 > 0 ? $0 : nil }
    }
}
