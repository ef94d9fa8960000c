// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec
import TURNCredentials

/// RFC 8656, section 12.2: receiving a ChannelBind request.
extension Relay {
    func bindChannel(_ request: Request) throws(RequestError) {
        let allocation = try request.allocation()
        guard let channel = try request.value(ChannelNumber.self), let peer = try request.value(XORPeerAddress.self)
        else { throw .badRequest("CHANNEL-NUMBER and XOR-PEER-ADDRESS are required") }
        guard channel.isValid else { throw .badRequest("CHANNEL-NUMBER is not in 0x4000 to 0x7FFF") }
        try checkPeer(peer.address.address, of: allocation)
        try checkBinding(of: channel, to: peer.address, of: request)
        let target = try resolve(peer.address, for: allocation)
        // > a ChannelBind request [...] also installs or refreshes a permission
        try install([peer.address.address], of: request)
        let binding = ChannelBinding(
            channel: channel,
            peer: peer.address,
            expiresAt: request.now.uptime + configuration.channelLifetime,
            target: target
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

    /// The allocation behind a peer address, nil while there is none; 403 when it is in another room.
    private func resolve(_ peer: TransportAddress, for allocation: Allocation) throws(RequestError) -> AllocationHandle?
    {
        guard let entry = directory.resolve(peer) else { return nil }
        guard entry.scope == allocation.credential.scope else { throw .forbidden }
        return entry.handle
    }
}
