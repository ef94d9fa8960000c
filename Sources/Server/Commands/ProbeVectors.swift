// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `swiftturn probe vectors`.
struct ProbeVectors: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vectors",
        abstract: "Run the test vectors of RFC 5769 and RFC 8489 through this program."
    )

    @Flag(help: "Print JSON alone.")
    var json = false

    func run() throws {
        let checks = try TestVector.all.map(VectorCheck.init)
        if json {
            try printJSON(checks)
        } else {
            let style = TerminalText.standardOutput
            for check in checks {
                let verdict = check.isSuccess ? style.good("ok    ") : style.bad("FAILED")
                printOutput(([verdict, check.name] + check.problems).joined(separator: "  "))
            }
        }
        guard checks.allSatisfy(\.isSuccess) else { throw ExitCode.failure }
    }
}
