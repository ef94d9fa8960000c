// SPDX-License-Identifier: Apache-2.0

import Logging
import OpenSSLTLS

/// The certificates that were configured, read at start and again on SIGHUP.
struct Identities: Sendable {
    let files: [ServerConfiguration.IdentityFiles]

    func load() throws(StartupError) -> [TLSIdentity] {
        var identities: [TLSIdentity] = []
        for file in files {
            do throws(TLSIdentityError) {
                identities.append(
                    try TLSIdentity(certificateFile: file.certificate, privateKeyFile: file.privateKey)
                )
            } catch {
                throw .configuration("\(error)")
            }
        }
        return identities
    }

    /// New connections get what the files hold now. Files that are not good leave everything as it was.
    func reload(into store: TLSIdentityStore, logger: Logger) {
        do throws(StartupError) {
            store.replace(with: try load())
            logger.notice("certificates read again", metadata: ["count": "\(files.count)"])
        } catch {
            logger.error("certificates not replaced", metadata: ["reason": "\(error.description)"])
        }
    }
}
