// SPDX-License-Identifier: Apache-2.0

import Logging
import TURNCredentials
import TURNRelay

/// One realm of a running server, and what its users and keys come from.
struct ServedRealm: Sendable {
    let configuration: RealmConfiguration
    let users: UserSource
    /// Nil when no authorization server is trusted.
    let tokenKeys: OAuthKeySource?

    /// Reads users and keys for the first time.
    ///
    /// - Parameter name: that the options have, or that the default realm gets without one.
    init(_ options: RealmOptions, name: String, hostAddresses: HostAddresses, logger: Logger) throws {
        users = try UserSource(
            configured: try options.users.map {
                try LongTermUser(name: $0.name, password: $0.password, realm: name)
            },
            database: options.userDatabase,
            realm: name,
            logger: logger
        )
        tokenKeys = try options.oauth.map { try OAuthKeySource($0, realm: name) }
        var configuration = RealmConfiguration(users: users.directory, secrets: options.authSecrets)
        configuration.tokens = tokenKeys?.verifier
        configuration.set(options, hostAddresses: hostAddresses)
        self.configuration = configuration
    }
}
