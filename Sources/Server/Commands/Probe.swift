// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// `swiftturn probe`: tools for people who look at STUN and TURN servers.
struct Probe: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Look at STUN and TURN servers, NATs and captures.",
        discussion: "`swiftturn probe URI` is `swiftturn probe connection URI`.",
        subcommands: [
            ProbeConnection.self, ProbeNAT.self, ProbeLoad.self, ProbePeer.self, ProbeDecode.self, ProbeVectors.self,
        ],
        defaultSubcommand: ProbeConnection.self
    )
}
