// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The flags of `serve` for who may come in, before it is known what they want.
struct EdgeOptionGroup: ParsableArguments {
    @Option(
        help: .option(
            .redirectHttp,
            "Where to answer HTTP with a redirect to https, such as 0.0.0.0:80; ports with TLS do so anyway. Repeatable.",
            valueName: "addr:port"
        )
    )
    var redirectHttp: [String] = []

    @Flag(
        help: .option(
            .serveUnknownNames,
            "Show the first certificate to clients that ask for a name that no certificate has, instead of an alert."
        )
    )
    var serveUnknownNames = false

    @Option(
        help: .option(
            .joinsPerSecondPerAddress,
            "WebSocket connections, and joins, that one address (IPv6: /64) may begin in the long run, 20 times as many at"
                + " once; 0 is no limit.",
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
