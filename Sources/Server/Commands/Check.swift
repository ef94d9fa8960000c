// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation

/// `swiftturn check`.
struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check a configuration, and say what the server would do with it.",
        discussion: """
            Takes the options, environment and file of 'swiftturn serve'. Each line begins with ok, warn or error: warn is \
            what some clients may not get through for, error what the server does not start with, or nobody gets through \
            for. Run it as the user that the server runs as.
            """
    )

    @OptionGroup var options: ServeOptions

    func run() async throws {
        let check = ServerCheck(source: ConfigurationSource(options), now: Int64(Date().timeIntervalSince1970))
        let findings = await check.run()
        for finding in findings { printOutput(finding.description) }
        if findings.hasErrors { throw ExitCode(StartupError.Kind.configuration.rawValue) }
    }
}
