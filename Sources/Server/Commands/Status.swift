// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation

/// `swiftturn status`.
struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say how a running server is.",
        discussion: "Without --watch, numbers of media, packets and drops count from its start."
    )

    @OptionGroup var options: AdminSocketOptions

    @Flag(help: "Again each second, with what happened since, until Ctrl-C; on a terminal with its busiest sessions.")
    var watch = false

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        guard !(watch && json) else { throw ValidationError("--watch is for people, and --json for programs.") }
    }

    func run() async throws {
        try await reportingErrors {
            let client = try options.client()
            guard !watch else { return try await follow(client) }
            let status = try await client.status()
            guard !json else { return try printJSON(status) }
            for line in StatusText(status: status, terminal: .standardOutput).lines { printOutput(line) }
        }
    }

    private func follow(_ client: AdminClient) async throws {
        let watch = StatusWatch(
            client: client,
            isTerminal: isatty(STDOUT_FILENO) == 1,
            terminal: .standardOutput,
            write: { FileHandle.standardOutput.write(Data($0.utf8)) }
        )
        try await watch.run()
    }
}
