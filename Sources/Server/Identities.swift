// SPDX-License-Identifier: Apache-2.0

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
}

extension StartupError {
    fileprivate static func identity(_ error: TLSIdentityError) -> StartupError {
        let key = error.part == .certificate ? ConfigurationKey.certificate : .privateKey
        return StartupError(kind: .configuration, description: error.description, key: key)
    }
}
