// SPDX-License-Identifier: Apache-2.0

package import NIOCore
package import STUNCodec
import TURNCredentials

/// Payloads: from a client to a route, and from a route to a client.
extension Relay {
    // MARK: From a client

    /// RFC 8656, section 12.6: receiving a ChannelData message from the client.
    package func route(channel: ChannelNumber, from id: ClientID, at now: NIODeadline) -> RelayRouting {
        guard let client = clients[id] else { return .drop(.noAllocation) }
        if client.allocation == nil { _ = takesOver(client, at: now) }
        guard client.allocation != nil else { return .drop(.noAllocation) }
        // A binding without references is looked up in place: a copy of the allocation would retain all that it has.
        guard let binding = client.allocation?.channels.binding(of: channel, at: now) else {
            return .drop(.unboundChannel)
        }
        let generation = directory.generation
        if let route = binding.route, binding.generation == generation {
            return .forward(route)
        }
        return route(binding, of: client, generation: generation)
    }

    private func route(_ binding: ChannelBinding, of client: Client, generation: UInt64) -> RelayRouting {
        guard let allocation = client.allocation else { return .drop(.noAllocation) }
        let routing = resolve(binding.peer, for: allocation, in: client.realm)
        if case .forward(let route) = routing {
            client.allocation?.channels.setRoute(route, of: binding.channel, generation: generation)
        }
        return routing
    }

    /// The way from an allocation to a peer.
    ///
    /// What has an address of this relay is reached in process, or not at all: through the kernel only where the
    /// operator allowed the relay's own addresses.
    func resolve(_ peer: TransportAddress, for allocation: Allocation, in realm: RelayRealm) -> RelayRouting {
        guard let endpoint = allocation.endpoint(peer.address.family) else { return .drop(.unknownPeer) }
        if directory.host(of: peer.address) != nil {
            if let entry = directory.resolve(peer, over: .udp) {
                guard entry.scope == allocation.scope else { return .drop(.otherRoom) }
                return .forward(.allocation(Passage(target: entry.handle, source: endpoint.address.external)))
            }
            guard isReachable(peer.address, in: realm) else { return .drop(.unknownPeer) }
        }
        guard let socket = endpoint.socket else { return .drop(.unknownPeer) }
        return .forward(.peer(peer, socket))
    }

    /// A peer address as its data will show it: of the two forms of a relayed transport address, the external one.
    func asSeen(_ peer: TransportAddress) -> TransportAddress {
        directory.host(of: peer.address).map { TransportAddress($0.external, port: peer.port) } ?? peer
    }

    /// RFC 8656, section 11.2: receiving a Send indication. Anything wrong with it is discarded silently.
    func take(indication message: STUNMessageView, from client: Client, at now: NIODeadline) -> RelayOutcome {
        switch message.type.method {
        case .send where !takesOver(client, at: now): wait(message, of: client) ? .pending : .drop(.noAllocation)
        case .send: send(message, from: client, at: now)
        // A Binding indication keeps a NAT binding alive and wants no answer; others mean nothing here.
        default: .drop(.unexpectedMessage)
        }
    }

    private func send(_ message: STUNMessageView, from client: Client, at now: NIODeadline) -> RelayOutcome {
        guard let allocation = client.allocation, allocation.transport == .udp else { return .drop(.noAllocation) }
        guard let data = message.firstAttribute(.data),
            let peer = (try? message.value(XORPeerAddress.self)?.address).map(asSeen),
            message.unknownComprehensionRequired(knowing: { Self.sendAttributes.contains($0) }).isEmpty
        else { return .drop(.malformed) }
        guard allocation.permissions.contains(peer.address, at: now) else { return .drop(.noPermission) }
        let dontFragment = message.firstAttribute(.dontFragment) != nil
        switch resolve(peer, for: allocation, in: client.realm) {
        case .forward(let route): return .forward(payload: data.range, route, dontFragment: dontFragment)
        case .drop(let reason): return .drop(reason)
        }
    }

    private static let sendAttributes: Set<AttributeType> = [.data, .xorPeerAddress, .dontFragment]

    // MARK: To a client

    /// For a Data indication.
    package func makeTransactionID() -> TransactionID {
        TransactionID.random(using: &random)
    }

    /// RFC 8656, sections 11.3 and 12.7: data for a relayed transport address arrives from a peer.
    package func deliver(_ passage: Passage, at now: NIODeadline) -> Delivery {
        guard let client = clients[passage.target.client], client.allocation?.handle == passage.target,
            !client.isDetached
        else { return .drop(.staleRoute) }
        // A bound channel admits its peer for as long as it lasts. RFC 8656 would have it wait for a permission that
        // some clients (aioice among them) renew only every 500 seconds, with the channel; other servers do the same.
        if let binding = client.allocation?.channels.binding(toward: passage.source, at: now) {
            return .channelData(client: client.id, channel: binding.channel)
        }
        guard client.allocation?.permissions.contains(passage.source.address, at: now) == true else {
            return .drop(.peerWithoutPermission)
        }
        return .dataIndication(client: client.id)
    }
}

/// What became of a ChannelData message.
package enum RelayRouting: Equatable, Sendable {
    case forward(Route)
    case drop(DropReason)
}
