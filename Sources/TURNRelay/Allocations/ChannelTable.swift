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
///
/// Each packet is looked up twice. An allocation has a few channels, seldom dozens: looking at all of them takes less
/// time than one hash. Numbers and peers stand apart from the rest so that a search touches little memory: both searches
/// together take about 2 µs where there are 1024 channels, which is why no more can be configured.
struct ChannelTable {
    private var channels: [ChannelNumber] = []
    private var peers: [TransportAddress] = []
    private var bindings: [ChannelBinding] = []

    var count: Int { bindings.count }

    func binding(of channel: ChannelNumber, at now: NIODeadline) -> ChannelBinding? {
        channels.firstIndex(of: channel).flatMap { valid($0, at: now) }
    }

    func binding(toward peer: TransportAddress, at now: NIODeadline) -> ChannelBinding? {
        peers.firstIndex(of: peer).flatMap { valid($0, at: now) }
    }

    private func valid(_ index: Int, at now: NIODeadline) -> ChannelBinding? {
        bindings[index].expiresAt > now ? bindings[index] : nil
    }

    /// Adds a binding, or renews the one of the same channel and peer. Others of either have expired and are removed.
    mutating func bind(_ binding: ChannelBinding) {
        remove { $0.channel == binding.channel || $0.peer == binding.peer }
        channels.append(binding.channel)
        peers.append(binding.peer)
        bindings.append(binding)
    }

    mutating func setRoute(_ route: Route, of channel: ChannelNumber, generation: UInt64) {
        guard let index = channels.firstIndex(of: channel) else { return }
        bindings[index].route = route
        bindings[index].generation = generation
    }

    mutating func removeExpired(at now: NIODeadline) {
        remove { $0.expiresAt <= now }
    }

    private mutating func remove(where isUnwanted: (ChannelBinding) -> Bool) {
        for index in bindings.indices.reversed() where isUnwanted(bindings[index]) {
            channels.remove(at: index)
            peers.remove(at: index)
            bindings.remove(at: index)
        }
    }
}
