// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The flags of `serve` about where the relay carries data.
struct RelayOptionGroup: ParsableArguments {
    @Option(help: ArgumentHelp("closed: only between clients of this server; open: to any peer.", valueName: "mode"))
    var relay: String?

    @Option(
        help: ArgumentHelp(
            "open: a local address for relayed addresses, and what clients are told instead of it. Repeatable. closed: the"
                + " IPv4 address that relayed addresses show. (default: 192.0.0.8)",
            valueName: "ip[=external]"
        )
    )
    var relayAddress: [String] = []

    @Option(help: ArgumentHelp("The ports of an open relay. (default: 49152-65535)", valueName: "min-max"))
    var relayPorts: String?

    @Option(
        help: ArgumentHelp(
            "Peers that an open relay reaches though it would not by default. Repeatable.",
            valueName: "cidr"
        )
    )
    var allowPeer: [String] = []

    @Option(help: ArgumentHelp("Peers that an open relay does not reach. Repeatable.", valueName: "cidr"))
    var denyPeer: [String] = []

    @Option(
        help: ArgumentHelp(
            "Another server that clients are sent to (300 Try Alternate). Repeatable.",
            valueName: "addr:port"
        )
    )
    var alternateServer: [String] = []

    @Option(
        help: ArgumentHelp(
            "Allocations from which on new ones are sent there. (default: only when this server stops)",
            valueName: "n"
        )
    )
    var alternateServerThreshold: Int?

    @Flag(help: "Let clients take their allocation along to another address or connection (RFC 8016).")
    var mobility = false

    @Flag(help: "open: let clients on TCP and TLS have TCP connections to and from peers (RFC 6062).")
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
