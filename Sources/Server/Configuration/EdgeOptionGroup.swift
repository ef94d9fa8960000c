// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The flags of `serve` for who may come in, before it is known what they want.
struct EdgeOptionGroup: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Where to answer HTTP with a redirect to https, such as 0.0.0.0:80. Repeatable.",
            valueName: "addr:port"
        )
    )
    var redirectHttp: [String] = []

    @Flag(help: "Show the first certificate to clients that ask for a name that no certificate has.")
    var serveUnknownNames = false

    @Option(
        help: ArgumentHelp(
            "WebSocket connections, and joins, that one address may begin; 0 is no limit. (default: 10)",
            valueName: "n"
        )
    )
    var joinsPerSecondPerAddress: Int?

    func add(to values: inout GivenOptions) {
        values.add(lists: [(.redirectHttp, redirectHttp)])
        values.add(flags: [(.serveUnknownNames, serveUnknownNames)])
        values.add(numbers: [(.joinsPerSecondPerAddress, joinsPerSecondPerAddress)])
    }
}
