// SPDX-License-Identifier: Apache-2.0

import NIOCore
import TURNRelay

extension RelayConfiguration {
    init(_ options: RelayOptions) throws(StartupError) {
        guard options.mode == .closed else {
            throw .configuration("relay 'open' is not available in this version; 'closed' is")
        }
        self.init()
        if let address = options.addresses.first { relayAddress = address.local }
        alternateServer = options.alternateServers.first
        set(options.limits)
    }

    private mutating func set(_ limits: RelayLimits) {
        permissionsPerAllocation = limits.permissionsPerAllocation ?? permissionsPerAllocation
        channelsPerAllocation = limits.channelsPerAllocation ?? channelsPerAllocation
        maximumLifetime = limits.maximumLifetime.map { .seconds(Int64($0)) } ?? maximumLifetime
    }
}

extension RealmConfiguration {
    mutating func set(_ limits: RelayLimits) {
        allocationsPerUser = limits.allocationsPerUser ?? allocationsPerUser
        allocationsInTotal = limits.allocationsInTotal ?? allocationsInTotal
    }
}
