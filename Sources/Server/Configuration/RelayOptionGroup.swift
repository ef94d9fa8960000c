// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The flags of `serve` about where the relay carries data.
struct RelayOptionGroup: ParsableArguments {
    @Option(
        help: .option(
            .relay,
            "closed: only between clients of this server; open: to any peer.",
            valueName: "mode"
        )
    )
    var relay: String?

    @Option(
        help: .option(
            .relayAddress,
            "open: a local address for relayed addresses, and what clients are told instead of it. Repeatable. "
                + "closed: the IPv4 address that relayed addresses show.",
            valueName: "ip[=external]"
        )
    )
    var relayAddress: [String] = []

    @Option(help: .option(.relayPorts, "The ports of an open relay.", valueName: "min-max"))
    var relayPorts: String?

    @Option(
        help: .option(
            .allowPeer,
            "Peers that an open relay reaches though it would not by default. Repeatable.",
            valueName: "cidr"
        )
    )
    var allowPeer: [String] = []

    @Option(help: .option(.denyPeer, "Peers that an open relay does not reach. Repeatable.", valueName: "cidr"))
    var denyPeer: [String] = []

    @Option(
        help: .option(
            .alternateServer,
            "Another server that clients of its address family are sent to (300 Try Alternate) when this one "
                + "stops. Repeatable: in turn.",
            valueName: "addr:port"
        )
    )
    var alternateServer: [String] = []

    @Option(
        help: .option(
            .alternateServerThreshold,
            "Send them there from this number of allocations on, too; 0 is always.",
            valueName: "n"
        )
    )
    var alternateServerThreshold: Int?

    @Flag(
        help: .option(
            .mobility,
            "Let clients take their allocation along to another address or connection (RFC 8016)."
        )
    )
    var mobility = false

    @Flag(
        help: .option(
            .tcpRelay,
            "open: let clients on TCP and TLS have TCP connections to and from peers (RFC 6062)."
        )
    )
    var tcpRelay = false

    func add(to values: inout GivenOptions) {
        values.add(texts: [(.relay, relay), (.relayPorts, relayPorts)])
        values.add(lists: [
            (.relayAddress, relayAddress), (.allowPeer, allowPeer), (.denyPeer, denyPeer),
            (.alternateServer, alternateServer),
        ])
        values.add(numbers: [(.alternateServerThreshold, alternateServerThreshold)])
        values.add(flags: [(.mobility, mobility), (.tcpRelay, tcpRelay)])
    }
}
