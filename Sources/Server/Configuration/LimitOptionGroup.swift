// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The flags of `serve` that bound what clients can use up.
struct LimitOptionGroup: ParsableArguments {
    @Option(help: ArgumentHelp("Allocations that one user may have.", valueName: "n"))
    var allocationsPerUser: Int?

    @Option(help: ArgumentHelp("Allocations that all users may have together.", valueName: "n"))
    var allocationsInTotal: Int?

    @Option(help: ArgumentHelp("Peer addresses that one allocation may have permissions for.", valueName: "n"))
    var permissionsPerAllocation: Int?

    @Option(help: ArgumentHelp("Channels that one allocation may bind.", valueName: "n"))
    var channelsPerAllocation: Int?

    @Option(help: ArgumentHelp("TCP connections with peers that one allocation may have.", valueName: "n"))
    var connectionsPerAllocation: Int?

    @Option(help: ArgumentHelp("The longest lifetime that one Allocate or Refresh gets.", valueName: "seconds"))
    var maximumLifetime: Int?

    @Option(help: ArgumentHelp("What one allocation may send and receive; 0 is no limit.", valueName: "bytes"))
    var bytesPerSecondPerAllocation: Int?

    @Option(help: ArgumentHelp("The same for all allocations of one user.", valueName: "bytes"))
    var bytesPerSecondPerUser: Int?

    @Option(help: ArgumentHelp("The same for the whole server.", valueName: "bytes"))
    var bytesPerSecondInTotal: Int?

    @Option(
        help: ArgumentHelp("UDP: 401 answers to one address without credentials; 0 is no limit.", valueName: "n")
    )
    var challengesPerSecondPerAddress: Int?

    @Option(help: ArgumentHelp("Members of calls that may be connected. (default: 2000)", valueName: "n"))
    var websocketsInTotal: Int?

    @Option(help: ArgumentHelp("The same from one address; of IPv6, from a /64. (default: 100)", valueName: "n"))
    var websocketsPerAddress: Int?

    @Option(help: ArgumentHelp("What a member may send in the long run. (default: 50)", valueName: "n"))
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
