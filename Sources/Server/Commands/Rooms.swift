// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `swiftturn rooms`.
struct Rooms: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "List the rooms of a running server, and who is in them.",
        discussion: "Whoever knows the name of a room may join it, unless it is locked or has a PIN: don't pass it on."
    )

    @OptionGroup var options: AdminSocketOptions

    @Option(help: "How many, 1 to 1000: the fullest.")
    var limit = 100

    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        try await reportingErrors {
            let rooms = try await options.client().rooms(limit: limit)
            guard !json else { return try printJSON(rooms) }
            let text = ListingText(now: ProcessReading.now, terminal: .standardOutput)
            for line in text.lines(rooms) { printOutput(line) }
        }
    }
}
