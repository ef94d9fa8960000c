// SPDX-License-Identifier: Apache-2.0

import Logging
import OpenSSLTLS

/// The certificates that were configured, read at start and again on SIGHUP.
struct Identities: Sendable {
    let files: [ServerConfiguration.IdentityFiles]
    var origins: ValueOrigins = [:]

    func load() throws(StartupError) -> [TLSIdentity] {
        var identities: [TLSIdentity] = []
        for file in files {
            do throws(TLSIdentityError) {
                identities.append(
                    try TLSIdentity(certificateFile: file.certificate, privateKeyFile: file.privateKey)
                )
            } catch {
                throw StartupError.identity(error).located(by: origins)
            }
        }
        return identities
    }

    /// New connections get what the files hold now. Files that are not good leave everything as it was.
    func reload(into store: TLSIdentityStore, logger: Logger) {
        guard !files.isEmpty else { return }
        do throws(StartupError) {
            store.replace(with: try load())
            logger.notice("certificates read again", metadata: ["count": "\(files.count)"])
        } catch {
            logger.error("certificates not replaced", metadata: ["reason": "\(error.description)"])
        }
    }

    /// Reads the files again when they have changed, until the task is cancelled.
    func follow(into store: TLSIdentityStore, logger: Logger) async {
        guard !files.isEmpty else { return }
        var watch = FileWatch(paths: files.flatMap { [$0.certificate, $0.privateKey] })
        while !Task.isCancelled {
            try? await Task.sleep(for: FileWatch.interval)
            if watch.hasChanged() { reload(into: store, logger: logger) }
        }
    }
}

extension StartupError {
    fileprivate static func identity(_ error: TLSIdentityError) -> StartupError {
        let key = error.part == .certificate ? ConfigurationKey.certificate : .privateKey
        return StartupError(kind: .configuration, description: error.description, key: key)
    }
}
