// SPDX-License-Identifier: Apache-2.0

import STUNCodec
import TURNRelay

/// `realms` of the configuration file.
extension RealmOptions {
    /// Reads all realms but the default one.
    ///
    /// - Parameter top: the options of the default realm.
    static func list(
        _ loader: ConfigurationLoader,
        beside top: RealmOptions,
        of mode: RelayOptions.Mode
    ) throws(StartupError) -> [RealmOptions] {
        var realms: [RealmOptions] = []
        for realm in loader.realms {
            do throws(StartupError) {
                realms.append(try RealmOptions(realm, of: mode).inheriting(top))
            } catch {
                throw error.within("realm '\(realm.name)'")
            }
        }
        try check(realms, defaultName: top.name)
        return realms
    }

    private init(_ realm: ConfigurationDocument.Realm, of mode: RelayOptions.Mode) throws(StartupError) {
        try UserName.check(realm: realm.name)
        try self.init(ConfigurationLoader(realm), of: mode)
        name = realm.name
        // Origins show addresses in their shortest form.
        hosts = realm.hosts.map { IPAddress($0)?.description ?? $0 }
        guard !hosts.isEmpty else {
            throw .configuration("no client could get there: it needs 'hosts', the names that its clients connect with")
        }
        for host in hosts where HostName(name: host) == nil || !host.isHostName && IPAddress(host) == nil {
            throw .configuration("hosts '\(host)' is neither a host name nor an IP address")
        }
        guard admitsAnybody else {
            throw .configuration(
                "nobody could authenticate: it needs auth-secret-file, user, user-file, user-database or oauth-key-file"
            )
        }
    }

    /// Realms are told apart by their names, and clients by the hosts.
    ///
    /// - Parameters:
    ///   - defaultName: of the default realm; nil while it is not known.
    ///   - turnHost: that browsers are sent to with credentials of the default realm; nil while it is not known.
    static func check(
        _ realms: [RealmOptions],
        defaultName: String?,
        turnHost: String? = nil
    ) throws(StartupError) {
        var names = Set([defaultName].compactMap { $0 })
        var owners: [HostName: String] = [:]
        let ownHost = turnHost.flatMap(HostName.init(name:))
        for realm in realms {
            let name = realm.name ?? ""
            guard names.insert(name).inserted else {
                let isDefault = name == defaultName
                throw .configuration(
                    "realm '\(name)' \(isDefault ? "is the default realm's name too" : "is there twice")"
                )
            }
            for host in realm.hosts {
                guard let key = HostName(name: host) else { continue }
                guard key != ownHost else {
                    throw .configuration("realm '\(name)': '\(host)' is the TURN host, which is the default realm's")
                }
                if let other = owners.updateValue(name, forKey: key) {
                    throw .configuration("realm '\(name)': realm '\(other)' has the host '\(host)' too")
                }
            }
        }
    }
}

extension StartupError {
    /// The same, said of a part of the configuration.
    fileprivate func within(_ place: String) -> StartupError {
        StartupError(kind: kind, description: "\(place): \(description)")
    }
}
