// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec
import TURNClient

/// A client of the load, and who its payloads go to.
struct LoadPair: Sendable {
    let sender: TURNConnection
    /// The far client, when there is one.
    let reflector: TURNConnection?
    let senderPeer: TransportAddress
    let reflectorPeer: TransportAddress
    let usesIndications: Bool

    private static let channel = ChannelNumber(rawValue: 0x4001)

    var carriers: (sender: PayloadCarrier, reflector: PayloadCarrier) {
        usesIndications
            ? (.indication(peer: senderPeer), .indication(peer: reflectorPeer))
            : (.channel(Self.channel), .channel(Self.channel))
    }

    private var ends: [(connection: TURNConnection, peer: TransportAddress)] {
        [(sender, senderPeer)] + (reflector.map { [($0, reflectorPeer)] } ?? [])
    }

    func permit() async throws {
        for end in ends { try await end.connection.createPermission(for: end.peer) }
    }

    func bind() async throws {
        for end in ends where !usesIndications { try await end.connection.bind(Self.channel, to: end.peer) }
    }

    /// What a permission (5 minutes) and an allocation (10 minutes) need from time to time.
    func renew() async throws {
        for end in ends { try await end.connection.refresh(lifetime: 600) }
        try await permit()
        try await bind()
    }

    func close() async {
        for end in ends {
            if end.connection.channel.isActive { try? await end.connection.refresh(lifetime: 0) }
            await end.connection.close()
        }
    }

    var isOpen: Bool { ends.allSatisfy { $0.connection.channel.isActive } }
}
