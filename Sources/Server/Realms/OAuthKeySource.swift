// SPDX-License-Identifier: Apache-2.0

import Logging
import TURNCredentials

/// The token keys of a realm, read at start and again on SIGHUP.
struct OAuthKeySource: Sendable {
    let verifier: AccessTokenVerifier
    private let path: String
    private let realm: String

    init(_ options: RealmOptions.OAuth, realm: String) throws(StartupError) {
        self.realm = realm
        path = options.keyFile
        verifier = AccessTokenVerifier(
            serverName: options.serverName ?? realm,
            keys: try OAuthKeyFile.read(options.keyFile)
        )
    }

    /// A file that is not good leaves everything as it was.
    func reload(logger: Logger) {
        do throws(StartupError) {
            let keys = try OAuthKeyFile.read(path)
            verifier.replace(with: keys)
            logger.notice("OAuth keys read again", metadata: ["realm": "\(realm)", "count": "\(keys.count)"])
        } catch {
            logger.error(
                "OAuth keys not replaced",
                metadata: ["realm": "\(realm)", "reason": "\(error.description)"]
            )
        }
    }
}
