// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec
import TURNCredentials

/// RFC 8656, section 12.2: receiving a ChannelBind request.
extension Relay {
    func bindChannel(_ request: Request) throws(RequestError) {
        let allocation = try request.allocation()
        guard allocation.transport == .udp else { throw .badRequest("a TCP allocation has no channels") }
        guard let channel = try request.value(ChannelNumber.self),
            let peer = try request.value(XORPeerAddress.self).map({ asSeen($0.address) })
        else { throw .badRequest("CHANNEL-NUMBER and XOR-PEER-ADDRESS are required") }
        guard channel.isValid else { throw .badRequest("CHANNEL-NUMBER is not in 0x4000 to 0x7FFF") }
        try checkPeer(peer.address, of: allocation, in: request.client.realm)
        try checkBinding(of: channel, to: peer, of: request)
        let generation = directory.generation
        let route = try route(binding: peer, for: allocation, in: request.client.realm)
        // > a ChannelBind request [...] also installs or refreshes a permission
        try install([peer.address], of: request)
        let binding = ChannelBinding(
            channel: channel,
            peer: peer,
            expiresAt: request.now.uptime + configuration.channelLifetime,
            route: route,
            generation: generation
        )
        request.client.allocation?.channels.bind(binding)
    }

    /// > The channel number is not currently bound to a different transport address [...] The transport address is not
    /// > currently bound to a different channel number.
    private func checkBinding(
        of channel: ChannelNumber,
        to peer: TransportAddress,
        of request: Request
    ) throws(RequestError) {
        let now = request.now.uptime
        request.client.allocation?.channels.removeExpired(at: now)
        guard let channels = request.client.allocation?.channels else { throw .allocationMismatch }
        let bound = channels.binding(of: channel, at: now)
        guard bound == nil || bound?.peer == peer else { throw .badRequest("channel is bound to another peer") }
        let other = channels.binding(toward: peer, at: now)
        guard other == nil || other?.channel == channel else { throw .badRequest("peer has another channel") }
        guard bound != nil || channels.count < configuration.channelsPerAllocation else {
            throw .insufficientCapacity
        }
    }

    /// The way to a peer, nil while there is none; 403 when it is an allocation of another room or realm.
    private func route(binding peer: TransportAddress, for allocation: Allocation, in realm: RelayRealm)
        throws(RequestError) -> Route?
    {
        switch resolve(peer, for: allocation, in: realm) {
        case .forward(let route): return route
        case .drop(.otherRoom): throw .forbidden
        case .drop: return nil
        }
    }
}
