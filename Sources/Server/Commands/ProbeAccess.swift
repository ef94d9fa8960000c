// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import OpenSSLTLS
import TURNClient
import TURNCredentials

/// What a probe shows the server and asks of it: credentials, and which certificates are good.
struct ProbeAccess: ParsableArguments {
    @Option(help: ArgumentHelp("A user name.", valueName: "name"))
    var user: String?

    @Option(help: ArgumentHelp("Its password. Without it, SWIFTTURN_PROBE_PASSWORD is used.", valueName: "password"))
    var password: String?

    @Option(help: ArgumentHelp("The server's secret, to issue a credential with.", valueName: "secret"))
    var authSecret: String?

    @Option(help: ArgumentHelp("A file with the secret on its first line.", valueName: "file"))
    var authSecretFile: String?

    @Option(help: ArgumentHelp("Trust the certificates in this file alone (PEM).", valueName: "file"))
    var ca: String?

    @Flag(help: "Go on whatever the certificate is, and say what is wrong with it.")
    var insecure = false

    var trust: TLSTrust {
        if insecure { return .insecure }
        return ca.map { .certificateFile($0) } ?? .systemRoots
    }

    /// - Parameters:
    ///   - name: of the user that a credential is issued to, when none is given.
    ///   - lifetime: of an issued credential, in seconds.
    func credential(name: String = "probe", lifetime: Int64 = 600) throws -> TURNCredential? {
        if authSecret != nil || authSecretFile != nil {
            let secret = try SecretOption.value(authSecret, file: authSecretFile)
            let now = Int64(Date().timeIntervalSince1970)
            let issued = try CredentialIssuer(secret: secret, lifetime: lifetime)
                .issue(user: user ?? name, room: nil, now: now)
            return TURNCredential(username: issued.username, password: issued.password)
        }
        guard let user else { return nil }
        guard let password = password ?? ProcessInfo.processInfo.environment["SWIFTTURN_PROBE_PASSWORD"] else {
            throw StartupError.configuration("--user needs --password")
        }
        return TURNCredential(username: user, password: password)
    }
}
