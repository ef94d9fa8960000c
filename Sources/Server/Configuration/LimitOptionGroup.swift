// SPDX-License-Identifier: Apache-2.0

import ArgumentParser

/// The flags of `serve` that bound what TURN clients can use up.
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

    func add(to values: inout GivenOptions) {
        values.add(numbers: [
            (.allocationsPerUser, allocationsPerUser), (.allocationsInTotal, allocationsInTotal),
            (.permissionsPerAllocation, permissionsPerAllocation), (.channelsPerAllocation, channelsPerAllocation),
            (.connectionsPerAllocation, connectionsPerAllocation),
            (.maximumLifetime, maximumLifetime), (.bytesPerSecondPerAllocation, bytesPerSecondPerAllocation),
            (.bytesPerSecondPerUser, bytesPerSecondPerUser), (.bytesPerSecondInTotal, bytesPerSecondInTotal),
            (.challengesPerSecondPerAddress, challengesPerSecondPerAddress),
        ])
    }
}
