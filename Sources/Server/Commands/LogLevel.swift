// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `swiftturn loglevel`.
struct LogLevel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "loglevel",
        abstract: "Change how much a running server logs, until it is started again or reads its configuration again."
    )

    @OptionGroup var options: AdminSocketOptions

    @Argument(help: "trace, debug, info, notice, warning, error or critical.")
    var level: String

    func run() async throws {
        try await reportingErrors {
            let answer = try await options.client().setLogLevel(level)
            printOutput("log level \(TerminalText.printable(answer.logLevel))")
        }
    }
}
