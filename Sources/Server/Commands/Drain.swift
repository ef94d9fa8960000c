// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `swiftturn drain`.
struct Drain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Have a running server take in nobody new, before it is stopped or left alone.",
        discussion: """
            Sessions and calls that there are go on, and their members may come back to them when their signaling is lost; media \
            that are interrupted wait for the end of it. New allocations get 508 or, with --alternate-server, 300; who wants \
            into a room is told to try later. The exit code of --wait is 75 when there still are allocations after --timeout.
            """
    )

    @OptionGroup var options: AdminSocketOptions

    @Flag(help: "Take people in again.")
    var undo = false

    @Flag(help: "Return when there is no allocation any more.")
    var wait = false

    @Option(help: ArgumentHelp("How long to wait at most.", valueName: "seconds"))
    var timeout = 3600

    func validate() throws {
        guard !(undo && wait) else { throw ValidationError("--undo and --wait don't go together.") }
        guard 0...604_800 ~= timeout else { throw ValidationError("--timeout is 0 to 604800 seconds.") }
    }

    func run() async throws {
        try await reportingErrors {
            let client = try options.client()
            let answer = try await client.drain(undo ? .serving : .draining)
            printOutput(answer.state == .draining ? "draining: nobody new is taken in" : "serving")
            if wait { try await waitUntilUnused(client) }
        }
    }

    private func waitUntilUnused(_ client: AdminClient) async throws {
        let clock = ContinuousClock()
        let end = clock.now + .seconds(timeout)
        var told: Int?
        while true {
            let status = try await client.status()
            let count = status.allocations.total + status.detachedAllocations
            guard count > 0 else { return printOutput("no allocation is left") }
            if count != told { printError("\(AmountText.count(count, "allocation")) left") }
            told = count
            guard clock.now < end else {
                throw StartupError(
                    kind: .notYet,
                    description: "there still are allocations: wait on, or end them by 'swiftturn kick'"
                )
            }
            try await clock.sleep(for: min(.seconds(1), end - clock.now))
        }
    }
}
