// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec

@testable import TURNRelay

/// A client: what it has been granted is with its allocation, which may move to another.
final class FuzzClient {
    let loop: Int
    let address: TransportAddress
    let isDatagram: Bool
    /// Nil while its relay doesn't know it.
    var id: ClientID?
    var realm = RelayWorld.realm
    var lastRequest: [UInt8]?
    var lastWasProved = false
    /// Of the allocation that it has.
    var allocation: AllocationHandle?
    var grants = FuzzGrants()

    init(loop: Int, address: TransportAddress, isDatagram: Bool) {
        self.loop = loop
        self.address = address
        self.isDatagram = isDatagram
    }
}

/// What an allocation has been granted: kept by what requests said and answers confirmed, beside the relay's own books.
final class FuzzGrants {
    struct Channel {
        let peer: TransportAddress
        var expiresAt: NIODeadline
    }

    private var permissions: [IPAddress: NIODeadline] = [:]
    private var channels: [ChannelNumber: Channel] = [:]

    func permit(_ peers: [IPAddress], until expiry: NIODeadline) {
        for peer in peers { permissions[peer] = expiry }
    }

    func bind(_ number: ChannelNumber, to peer: TransportAddress, until expiry: NIODeadline, at now: NIODeadline) {
        channels = channels.filter { $0.value.expiresAt > now }
        let others = channels.filter { ($0.key == number) != ($0.value.peer == peer) }
        require(others.isEmpty, "channel \(number.rawValue) for \(peer) beside \(others)")
        channels[number] = Channel(peer: peer, expiresAt: expiry)
    }

    func isPermitted(_ peer: IPAddress, at now: NIODeadline) -> Bool {
        permissions[peer].map { $0 > now } ?? false
    }

    func peer(of number: ChannelNumber, at now: NIODeadline) -> TransportAddress? {
        channels[number].flatMap { $0.expiresAt > now ? $0.peer : nil }
    }

    func channel(toward peer: TransportAddress, at now: NIODeadline) -> ChannelNumber? {
        channels.first { $0.value.peer == peer && $0.value.expiresAt > now }?.key
    }

    func livePermissionCount(at now: NIODeadline) -> Int { permissions.values.count { $0 > now } }
    func liveChannelCount(at now: NIODeadline) -> Int { channels.values.count { $0.expiresAt > now } }
}
