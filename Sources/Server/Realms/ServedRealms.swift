// SPDX-License-Identifier: Apache-2.0

import Logging
import TURNCredentials
import TURNRelay

/// The realms of a running server, which follow what changes around them.
struct ServedRealms: Sendable {
    private let first: ServedRealm
    private let others: [ServedRealm]
    private let hostAddresses: HostAddressWatch
    private let reachesPeers: Bool
    private let logger: Logger

    /// - Parameter turnHost: that clients of the default realm connect with.
    init(_ configuration: ServerConfiguration, turnHost: String, logger: Logger) throws {
        let defaultName = configuration.defaultRealm.name ?? turnHost
        try RealmOptions.check(configuration.realms, defaultName: defaultName, turnHost: turnHost)
        let hostAddresses = try HostAddressWatch(
            external: configuration.relay.addresses.compactMap(\.external),
            logger: logger
        )
        func realm(_ options: RealmOptions) throws -> ServedRealm {
            try ServedRealm(
                options,
                name: options.name ?? defaultName,
                hostAddresses: hostAddresses.addresses,
                logger: logger
            )
        }
        first = try realm(configuration.defaultRealm)
        others = try configuration.realms.map(realm)
        self.hostAddresses = hostAddresses
        reachesPeers = configuration.relay.mode == .open
        self.logger = logger
    }

    /// Totals at the top level of the configuration are of the whole server: where there are several realms, of all
    /// together.
    var directory: RealmDirectory {
        guard !others.isEmpty else { return RealmDirectory(default: first.configuration) }
        var limits = ServerLimits()
        limits.allocations = first.configuration.allocationsInTotal
        limits.bytesPerSecond = first.configuration.bandwidth.inTotal
        var first = first.configuration
        first.bandwidth.inTotal = nil
        return RealmDirectory(default: first, others: others.map(\.configuration), limits: limits)
    }

    /// Follows user databases and the host's addresses until the task is cancelled.
    func follow() async {
        await withDiscardingTaskGroup { tasks in
            for realm in [first] + others {
                tasks.addTask { await realm.users.follow() }
            }
            // A closed relay reaches no peers: nobody asks for the addresses.
            if reachesPeers { tasks.addTask { await hostAddresses.follow() } }
        }
    }

    /// Reads token keys again.
    func reload() {
        for realm in [first] + others { realm.tokenKeys?.reload(logger: logger) }
    }

    /// One line for each realm, where there are several.
    func log() {
        guard !others.isEmpty else { return }
        for realm in [first] + others {
            let hosts = realm.configuration.hostNames
            logger.notice(
                "realm",
                metadata: [
                    "name": "\(realm.configuration.users.realm)",
                    "hosts": "\(hosts.isEmpty ? "all others" : hosts.joined(separator: ", "))",
                ]
            )
        }
    }
}
