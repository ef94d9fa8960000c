// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import TURNRelay

/// `swiftturn sessions`.
struct Sessions: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List the TURN sessions of a running server.",
        discussion: """
            A session is an allocation and the client that has it. Of users with time-limited credentials the name is shown \
            without its expiry and room; members of calls have the id that 'swiftturn rooms' shows.
            """
    )

    @OptionGroup var options: AdminSocketOptions

    @Option(help: "How many, 1 to 1000.")
    var limit = 100

    @Option(
        help:
            "Which come first: those of most bytes, of the highest rate, of the greatest age, or of the longest queue."
    )
    var sort = SessionOrder.bytes

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        try await reportingErrors {
            let sessions = try await options.client().sessions(sort: sort.rawValue, limit: limit)
            guard !json else { return try printJSON(sessions) }
            let text = ListingText(now: ProcessReading.now, terminal: .standardOutput)
            for line in text.lines(sessions) { printOutput(line) }
        }
    }
}

extension SessionOrder: ExpressibleByArgument {}
