// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `swiftturn probe URI`, the subcommand that needs no name.
struct ProbeConnection: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "connection",
        abstract: "Find out why a connection to a TURN server works, or which step of it fails.",
        discussion: """
            Walks DNS, TCP, TLS, Binding, the 401 challenge, Allocate, permission, channel and data between two \
            allocations. The exit code is 0 when all is well, else that of the step: 10 DNS, 11 TCP, 12 TLS, \
            13 Binding, 14 challenge, 15 Allocate, 16 permission, 17 channel, 18 data, 19 throughput.
            """
    )

    @Argument(help: "turns:HOST:PORT?transport=tcp, turn:HOST:PORT?transport=tcp, stun:HOST:PORT, ...")
    var uri: String

    @OptionGroup var access: ProbeAccess

    @Flag(help: "Print JSON alone.")
    var json = false

    func run() async throws {
        try await reportingErrors {
            let connector = ProbeConnector(
                uri: try ProbeURI(uri),
                trust: access.trust,
                credential: try access.credential()
            )
            var run = ProbeRun(connector: connector, report: ProbeReport(uri: uri, isJSON: json))
            let note = try await run.run()
            try run.report.finish(note: note)
            if let failure = run.report.failure { throw ExitCode(failure.step.exitCode) }
        }
    }
}
