// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec

@testable import TURNRelay

/// The input is a kind of relay and then what happens to it: clients that come, say something and go, and time.
enum RelayTarget {
    private static let stepLimit = 200

    static func run(_ input: [UInt8]) {
        var decisions = Decisions(input)
        let configuration = RelayConfiguration(choosing: &decisions)
        let isMailSlow = configuration.allowsMobility && decisions.flag()
        let world = RelayWorld(configuration)
        for _ in 0..<stepLimit where !decisions.isAtEnd {
            step(world, &decisions)
            world.deliverMail(isMailSlow ? 0 : nil)
            world.checkInvariants()
        }
        world.end()
    }

    private static func step(_ world: RelayWorld, _ decisions: inout Decisions) {
        switch decisions.byte() % 16 {
        case 0: world.arrive(serverName: decisions.flag() ? "other.test" : nil, isDatagram: decisions.flag())
        case 1: world.leave(decisions.byte())
        case 2...6: world.say(world.request(choosing: &decisions))
        case 7: world.say(world.captured(choosing: &decisions))
        case 8: world.repeatLast(decisions.byte())
        case 9: world.say(world.sendIndication(choosing: &decisions))
        case 10: world.sendOnChannel(decisions.byte(), RequestGenerator.channel(&decisions))
        case 11: world.receiveFromPeer(decisions.byte(), world.peer(choosing: &decisions), &decisions)
        case 12: world.discover(decisions.countedBytes(), changes: decisions.byte())
        case 13:
            let byte = decisions.byte()
            if byte & 0x80 == 0 { decide(world, byte) } else { world.turnConnection(byte & 0x7F, choosing: &decisions) }
        case 14: world.pass(decisions.choice(of: [0, 1, 100, 250]), looksAtDeadlines: false)
        default:
            let seconds = decisions.choice(of: [1, 9, 10, 29, 30, 60, 299, 300, 599, 600, 601, 3_600, 86_400])
            world.pass(seconds * 1_000, looksAtDeadlines: true)
        }
    }
}

extension RelayTarget {
    private static func decide(_ world: RelayWorld, _ byte: UInt8) {
        if world.configuration.allowsMobility, byte >= 16 {
            world.deliverMail(Int(byte % 4) + 1)
        } else {
            world.drain(byte)
        }
    }
}

extension RelayConfiguration {
    /// Small limits, which inputs of a few hundred bytes can reach.
    fileprivate init(choosing decisions: inout Decisions) {
        self.init()
        let flags = decisions.byte()
        if flags & 1 != 0 {
            let ports: ClosedRange<UInt16> = flags & 2 != 0 ? 50_000...50_005 : RelayMode.defaultPorts
            mode = .open([FuzzAddress.relayIPv4, FuzzAddress.relayIPv6], ports: ports)
        }
        permissionsPerAllocation = 3
        channelsPerAllocation = 2
        allowsMobility = flags & 32 != 0
        connectionsPerAllocation = 2
        allowsTCPAllocations = flags & 64 != 0
        strangersPerSecondPerAddress = flags & 4 != 0 ? 3 : 0
        if flags & 8 != 0 {
            alternateServers = [FuzzAddress.alternate]
            alternateServerThreshold = flags & 16 != 0 ? 3 : nil
        }
    }
}
