// SPDX-License-Identifier: Apache-2.0

import STUNCodec
import TURNRelay

/// What `serve` was told about a realm, checked: at the top level about the default one, in `realms` about others.
struct RealmOptions: Sendable {
    /// Of authorization servers (RFC 7635).
    struct OAuth: Sendable, Equatable {
        let keyFile: String
        /// That tokens are made for; nil for the name of the realm.
        let serverName: String?
    }

    /// Nil for a default realm without one, which is called as the TURN host is.
    var name: String?
    /// Clients that connect with one of these names, or come from a web origin on it, belong to the realm.
    var hosts: [String] = []
    var authSecrets: [String] = []
    var users: [(name: String, password: String)] = []
    var userDatabase: String?
    var oauth: OAuth?
    var allowedPeers: [IPNetwork] = []
    var deniedPeers: [IPNetwork] = []
    var limits = RealmLimits()
    /// The realm's entry in the configuration file; nil for the default realm.
    var place: String?
    var origins: ValueOrigins = [:]
}

extension RealmOptions {
    /// Reads the options that every realm has.
    init(_ loader: ConfigurationLoader, of mode: RelayOptions.Mode) throws(StartupError) {
        authSecrets = try loader.authSecrets()
        users = try loader.users()
        userDatabase = loader.text(.userDatabase)
        oauth = try Self.oauth(loader)
        allowedPeers = try loader.networks(.allowPeer)
        deniedPeers = try loader.networks(.denyPeer)
        limits = try RealmLimits(loader)
        origins = loader.origins
        // An option that does nothing must not look as if it did.
        if mode == .closed {
            for key in [ConfigurationKey.allowPeer, .denyPeer] where !loader.list(key).isEmpty {
                throw .onlyOpenRelay(key)
            }
        }
    }

    private static func oauth(_ loader: ConfigurationLoader) throws(StartupError) -> OAuth? {
        let serverName = loader.text(.oauthServerName)
        guard let keyFile = loader.text(.oauthKeyFile) else {
            guard serverName == nil else { throw .configuration(.oauthServerName, "needs oauth-key-file") }
            return nil
        }
        guard serverName != "" else { throw .configuration(.oauthServerName, "is empty") }
        return OAuth(keyFile: keyFile, serverName: serverName)
    }

    /// False when no credential could be right, whatever the client sends.
    var admitsAnybody: Bool { !authSecrets.isEmpty || !users.isEmpty || userDatabase != nil || oauth != nil }

    /// What is denied at the top level is denied in every realm; what is allowed there is not.
    func inheriting(_ top: RealmOptions) -> RealmOptions {
        var realm = self
        realm.deniedPeers += top.deniedPeers
        realm.limits = limits.inheriting(top.limits)
        return realm
    }
}

extension StartupError {
    static func onlyOpenRelay(_ key: ConfigurationKey) -> StartupError {
        .configuration(key, "is for an open relay, and this one is closed (see --relay)")
    }
}
