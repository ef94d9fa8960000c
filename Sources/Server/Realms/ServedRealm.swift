// SPDX-License-Identifier: Apache-2.0

import Logging
import TURNCredentials
import TURNRelay

/// One realm of a running server, and where its users come from.
struct ServedRealm: Sendable {
    let configuration: RealmConfiguration
    let users: UserSource

    /// Reads users and keys for the first time.
    ///
    /// - Parameter name: that the options have, or that the default realm gets without one.
    init(_ options: RealmOptions, name: String, hostAddresses: HostAddresses, logger: Logger) throws {
        let content = try UserSource.Content(options, realm: name)
        users = UserSource(content, realm: name, logger: logger)
        configuration = try RealmConfiguration(options, users: users.directory, hostAddresses: hostAddresses)
    }

    /// What a changed configuration makes of the realm.
    struct Change: Sendable {
        let realm: ServedRealm
        let users: UserSource.Content
        let configuration: RealmConfiguration
    }

    /// Reads users and keys again. Nothing changes yet.
    func change(_ options: RealmOptions, hostAddresses: HostAddresses) throws -> Change {
        Change(
            realm: self,
            users: try UserSource.Content(options, realm: users.directory.realm),
            configuration: try RealmConfiguration(options, users: users.directory, hostAddresses: hostAddresses)
        )
    }
}

extension RealmConfiguration {
    /// Reads the keys of access tokens.
    init(_ options: RealmOptions, users: UserDirectory, hostAddresses: HostAddresses) throws(StartupError) {
        self.init(users: users, secrets: options.authSecrets)
        if let oauth = options.oauth {
            do throws(StartupError) {
                tokens = AccessTokenVerifier(
                    serverName: oauth.serverName ?? users.realm,
                    keys: try OAuthKeyFile.read(oauth.keyFile)
                )
            } catch {
                throw error.located(by: options.origins)
            }
        }
        set(options, hostAddresses: hostAddresses)
    }
}
