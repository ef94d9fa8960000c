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
            let loader = ConfigurationLoader(realm)
            do throws(StartupError) {
                realms.append(try RealmOptions(realm, loader, of: mode).inheriting(top))
            } catch {
                let error = error.within("realm '\(realm.name)'")
                throw error.key == nil ? error.located(at: realm.place) : error.located(by: loader.origins)
            }
        }
        try check(realms, defaultName: top.name)
        return realms
    }

    private init(
        _ realm: ConfigurationDocument.Realm,
        _ loader: ConfigurationLoader,
        of mode: RelayOptions.Mode
    ) throws(StartupError) {
        try UserName.check(realm: realm.name)
        try self.init(loader, of: mode)
        name = realm.name
        place = realm.place
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
                throw realm.problem(isDefault ? "is the default realm's name too" : "is there twice")
            }
            for host in realm.hosts {
                guard let key = HostName(name: host) else { continue }
                guard key != ownHost else {
                    throw realm.problem(": '\(host)' is the TURN host, which is the default realm's")
                }
                if let other = owners.updateValue(name, forKey: key) {
                    throw realm.problem(": realm '\(other)' has the host '\(host)' too")
                }
            }
        }
    }
}

extension RealmOptions {
    private func problem(_ text: String) -> StartupError {
        let gap = text.hasPrefix(":") ? "" : " "
        let error = StartupError.configuration("realm '\(name ?? "")'\(gap)\(text)")
        return place.map(error.located(at:)) ?? error
    }
}

extension ConfigurationDocument.Realm {
    var place: String { "\(path):\(line)" }
}
