// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `swiftturn probe nat`.
struct ProbeNAT: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nat",
        abstract: "Find out how the NAT on the way to a STUN server behaves (RFC 5780), and what that means for calls.",
        discussion: "The exit code is 0 when the server answers; 10 for a name that does not resolve, 13 for no answer."
    )

    @Argument(help: "stun:HOST[:PORT]")
    var uri: String

    @Flag(help: "Print JSON alone.")
    var json = false

    func run() async throws {
        try await reportingErrors {
            let target = try ProbeURI(uri)
            guard !target.isSecure, target.transport == .udp else {
                throw StartupError.configuration("'\(uri)' is not stun:HOST[:PORT]: NATs are told with UDP")
            }
            try await reportingFailures(of: uri) { try await report(NATRun(uri: target).run()) }
        }
    }

    private func report(_ discovery: NATDiscovery) throws {
        guard let result = discovery.result else {
            let words = discovery.isAnswered ? "the answer has no mapped address" : "no answer"
            throw ProbeStepFailure(step: .binding, detail: words)
        }
        if json { return try printJSON(Output(uri: uri, result: result, meaning: result.meaning)) }
        for (name, value) in result.lines {
            printOutput("\(name.padded(to: 16))\(value)")
        }
        printOutput("\n\(result.meaning)")
    }

    private struct Output: Encodable {
        let uri: String
        let result: NATResult
        let meaning: String
    }
}
