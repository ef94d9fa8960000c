// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec

/// A channel binding (RFC 8656, section 12) and the route it resolved to.
struct ChannelBinding {
    let channel: ChannelNumber
    let peer: TransportAddress
    var expiresAt: NIODeadline
    /// Resolved once, then used for every packet. Nil while the peer's address leads nowhere.
    var route: Route?
    /// The directory's when `route` was resolved.
    var generation: UInt64
}

/// The channel bindings of an allocation, found by channel for what the client sends and by peer for what it receives.
struct ChannelTable {
    private var bindings: [ChannelNumber: ChannelBinding] = [:]
    private var channelsByPeer: [TransportAddress: ChannelNumber] = [:]

    var count: Int { bindings.count }

    func binding(of channel: ChannelNumber, at now: NIODeadline) -> ChannelBinding? {
        bindings[channel].flatMap { $0.expiresAt > now ? $0 : nil }
    }

    func binding(toward peer: TransportAddress, at now: NIODeadline) -> ChannelBinding? {
        channelsByPeer[peer].flatMap { binding(of: $0, at: now) }
    }

    mutating func bind(_ binding: ChannelBinding) {
        bindings[binding.channel] = binding
        channelsByPeer[binding.peer] = binding.channel
    }

    mutating func setRoute(_ route: Route, of channel: ChannelNumber, generation: UInt64) {
        bindings[channel]?.route = route
        bindings[channel]?.generation = generation
    }

    mutating func removeExpired(at now: NIODeadline) {
        for binding in bindings.values where binding.expiresAt <= now {
            bindings[binding.channel] = nil
            channelsByPeer[binding.peer] = nil
        }
    }
}
