// SPDX-License-Identifier: Apache-2.0

import TURNCredentials

/// The realms of a server, and which one a client belongs to.
package struct RealmDirectory: Sendable {
    /// Of clients that no name tells anything about.
    package let defaultRealm: RelayRealm
    private let byHost: [HostName: RelayRealm]
    let all: [RelayRealm]
    private let server: ServerBudget
    /// Whether payloads have to be counted at all, as it was at the start.
    let limitsBandwidth: Bool

    /// Of several realms with the same host name, the first gets its clients.
    ///
    /// - Parameter limits: of all realms together.
    package init(
        default first: RealmConfiguration,
        others: [RealmConfiguration] = [],
        limits: ServerLimits = ServerLimits()
    ) {
        server = ServerBudget(limits)
        defaultRealm = RelayRealm(first, of: server)
        limitsBandwidth = Self.limitsBandwidth([first] + others, limits)
        var byHost: [HostName: RelayRealm] = [:]
        let realms = [(first, defaultRealm)] + others.map { [server] in ($0, RelayRealm($0, of: server)) }
        for (configuration, realm) in realms {
            for host in configuration.hostNames.compactMap(HostName.init(name:)) where byHost[host] == nil {
                byHost[host] = realm
            }
        }
        self.byHost = byHost
        all = realms.map(\.1)
    }

    /// Realms stay as they are that none of these has the name of. The names of hosts stay, too.
    func update(_ configurations: [RealmConfiguration], limits: ServerLimits) {
        server.update(limits)
        for realm in all {
            guard let configuration = configurations.first(where: { $0.users.realm == realm.name }) else { continue }
            realm.update(configuration)
        }
    }

    static func limitsBandwidth(_ realms: [RealmConfiguration], _ limits: ServerLimits) -> Bool {
        limits.bytesPerSecond != nil || realms.contains { $0.bandwidth.isLimited }
    }

    /// - Parameter serverName: of TLS (SNI); nil when the client sent none.
    func realm(serverName: String?) -> RelayRealm? {
        serverName.flatMap(HostName.init(name:)).flatMap { byHost[$0] }
    }

    /// - Parameter origin: `https://example.com:8443`, as in ORIGIN.
    func realm(origin: String) -> RelayRealm? {
        HostName(origin: origin).flatMap { byHost[$0] }
    }
}
