// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import OpenSSLTLS
import TURNClient
import TURNCredentials

/// `swiftturn probe`.
struct Probe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Find out why a connection to a TURN server works, or which step of it fails.",
        discussion: """
            Walks DNS, TCP, TLS, Binding, the 401 challenge, Allocate, permission, channel and data between two \
            allocations. The exit code is 0 when all is well, else that of the step: 10 DNS, 11 TCP, 12 TLS, \
            13 Binding, 14 challenge, 15 Allocate, 16 permission, 17 channel, 18 data, 19 throughput.
            """
    )

    @Argument(help: "turns:HOST:PORT?transport=tcp, turn:HOST:PORT?transport=tcp, stun:HOST:PORT, ...")
    var uri: String

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

    @Flag(help: "Print JSON alone.")
    var json = false

    func run() async throws {
        try await reportingErrors {
            let connector = ProbeConnector(uri: try ProbeURI(uri), trust: trust, credential: try credential())
            var run = ProbeRun(connector: connector, report: ProbeReport(uri: uri, isJSON: json))
            let note = try await run.run()
            try run.report.finish(note: note)
            if let failure = run.report.failure { throw ExitCode(failure.step.exitCode) }
        }
    }

    private var trust: TLSTrust {
        if insecure { return .insecure }
        return ca.map { .certificateFile($0) } ?? .systemRoots
    }

    private func credential() throws -> TURNCredential? {
        if authSecret != nil || authSecretFile != nil {
            let secret = try SecretOption.value(authSecret, file: authSecretFile)
            let now = Int64(Date().timeIntervalSince1970)
            let issued = try CredentialIssuer(secret: secret, lifetime: 600)
                .issue(user: user ?? "probe", room: nil, now: now)
            return TURNCredential(username: issued.username, password: issued.password)
        }
        guard let user else { return nil }
        guard let password = password ?? ProcessInfo.processInfo.environment["SWIFTTURN_PROBE_PASSWORD"] else {
            throw StartupError.configuration("--user needs --password")
        }
        return TURNCredential(username: user, password: password)
    }
}
