// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The flags of `serve` that bound what clients can use up.
struct LimitOptionGroup: ParsableArguments {
    @Option(help: .option(.allocationsPerUser, "Allocations that one user may have.", valueName: "n"))
    var allocationsPerUser: Int?

    @Option(help: .option(.allocationsInTotal, "Allocations that all users may have together.", valueName: "n"))
    var allocationsInTotal: Int?

    @Option(
        help: .option(
            .permissionsPerAllocation,
            "Peer addresses that one allocation may have permissions for.",
            valueName: "n"
        )
    )
    var permissionsPerAllocation: Int?

    @Option(
        help: .option(
            .channelsPerAllocation,
            "Channels that one allocation may bind, at most 1024.",
            valueName: "n"
        )
    )
    var channelsPerAllocation: Int?

    @Option(
        help: .option(
            .connectionsPerAllocation,
            "TCP connections with peers that one allocation may have, at most 1024.",
            valueName: "n"
        )
    )
    var connectionsPerAllocation: Int?

    @Option(
        help: .option(
            .maximumLifetime,
            "The longest lifetime that one Allocate or Refresh gets, 600 to 86400.",
            valueName: "seconds"
        )
    )
    var maximumLifetime: Int?

    @Option(
        help: .option(
            .bytesPerSecondPerAllocation,
            "What one allocation may send and receive; 0 is no limit.",
            valueName: "bytes"
        )
    )
    var bytesPerSecondPerAllocation: Int?

    @Option(help: .option(.bytesPerSecondPerUser, "The same for all allocations of one user.", valueName: "bytes"))
    var bytesPerSecondPerUser: Int?

    @Option(help: .option(.bytesPerSecondInTotal, "The same for the whole server.", valueName: "bytes"))
    var bytesPerSecondInTotal: Int?

    @Option(
        help: .option(
            .challengesPerSecondPerAddress,
            "UDP: answers to one address (IPv6: /64) without an allocation, on each thread; 0 is no limit.",
            valueName: "n"
        )
    )
    var challengesPerSecondPerAddress: Int?

    @Option(help: .option(.websocketsInTotal, "Members of calls that may be connected.", valueName: "n"))
    var websocketsInTotal: Int?

    @Option(help: .option(.websocketsPerAddress, "The same from one address (IPv6: /64).", valueName: "n"))
    var websocketsPerAddress: Int?

    @Option(
        help: .option(
            .messagesPerSecondPerWebsocket,
            "Signaling that a member may send in the long run, 10 to 1000000; bursts and bytes grow with it.",
            valueName: "n"
        )
    )
    var messagesPerSecondPerWebsocket: Int?

    func add(to values: inout GivenOptions) {
        values.add(numbers: [
            (.allocationsPerUser, allocationsPerUser), (.allocationsInTotal, allocationsInTotal),
            (.permissionsPerAllocation, permissionsPerAllocation), (.channelsPerAllocation, channelsPerAllocation),
            (.connectionsPerAllocation, connectionsPerAllocation),
            (.maximumLifetime, maximumLifetime), (.bytesPerSecondPerAllocation, bytesPerSecondPerAllocation),
            (.bytesPerSecondPerUser, bytesPerSecondPerUser), (.bytesPerSecondInTotal, bytesPerSecondInTotal),
            (.challengesPerSecondPerAddress, challengesPerSecondPerAddress),
            (.websocketsInTotal, websocketsInTotal), (.websocketsPerAddress, websocketsPerAddress),
            (.messagesPerSecondPerWebsocket, messagesPerSecondPerWebsocket),
        ])
    }
}
