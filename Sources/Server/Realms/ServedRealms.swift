// SPDX-License-Identifier: Apache-2.0

import Logging
import TURNCredentials
import TURNRelay

/// The realms of a running server, which follow what changes around them.
struct ServedRealms: Sendable {
    private let first: ServedRealm
    private let others: [ServedRealm]
    private let hostAddresses: HostAddressWatch
    private let turnHost: String
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
        self.turnHost = turnHost
        reachesPeers = configuration.relay.mode == .open
        self.logger = logger
    }

    var directory: RealmDirectory {
        let (first, limits) = Self.split(first.configuration, isAlone: others.isEmpty)
        return RealmDirectory(default: first, others: others.map(\.configuration), limits: limits)
    }

    /// Totals at the top level of the configuration are of the whole server: where there are several realms, of all
    /// together.
    private static func split(_ first: RealmConfiguration, isAlone: Bool) -> (RealmConfiguration, ServerLimits) {
        var (first, limits) = (first, ServerLimits())
        guard !isAlone else { return (first, limits) }
        limits.allocations = first.allocationsInTotal
        limits.bytesPerSecond = first.bandwidth.inTotal
        first.bandwidth.inTotal = nil
        return (first, limits)
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

    /// What a changed configuration makes of the realms that there are.
    struct Change: Sendable {
        fileprivate let realms: [ServedRealm.Change]
        /// For the relay.
        let configurations: [RealmConfiguration]
        let limits: ServerLimits
    }

    /// Reads users and keys of a changed configuration. Nothing changes yet.
    func change(_ configuration: ServerConfiguration) throws -> Change {
        let defaultName = first.configuration.users.realm
        try RealmOptions.check(configuration.realms, defaultName: defaultName, turnHost: turnHost)
        var changes = [try first.change(configuration.defaultRealm, hostAddresses: hostAddresses.addresses)]
        for realm in others {
            let name = realm.configuration.users.realm
            guard let options = configuration.realms.first(where: { $0.name == name }) else { continue }
            changes.append(try realm.change(options, hostAddresses: hostAddresses.addresses))
        }
        let (first, limits) = Self.split(changes[0].configuration, isAlone: others.isEmpty)
        return Change(
            realms: changes,
            configurations: [first] + changes.dropFirst().map(\.configuration),
            limits: limits
        )
    }

    /// Users change here; the rest is the relay's.
    func take(_ change: Change) async {
        for change in change.realms { await change.realm.users.replace(with: change.users) }
    }

    /// Each realm with its clients and users, in words.
    var summaries: [String] {
        ([first] + others).map { realm in
            let (configuration, users) = (realm.configuration, realm.users.directory)
            let hosts =
                configuration.hostNames.isEmpty ? "all other clients" : configuration.hostNames.joined(separator: ", ")
            let ways = [
                users.count > 0 ? "users: \(users.count)" : nil,
                configuration.secrets.isEmpty ? nil : "secrets: \(configuration.secrets.count)",
                configuration.tokens.map { "access tokens for \($0.serverName)" },
            ].compactMap(\.self)
            return "\(users.realm) for \(hosts): \(ways.joined(separator: ", "))"
        }
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
