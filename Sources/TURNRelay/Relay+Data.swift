// SPDX-License-Identifier: Apache-2.0

package import NIOCore
package import STUNCodec
import TURNCredentials

/// Payloads: from a client to a route, and from a route to a client.
extension Relay {
    // MARK: From a client

    /// RFC 8656, section 12.6: receiving a ChannelData message from the client.
    package func route(channel: ChannelNumber, from id: ClientID, at now: NIODeadline) -> RelayRouting {
        guard let client = clients[id], client.allocation != nil else { return .drop(.noAllocation) }
        return route(channel: channel, of: client, at: now)
    }

    private func route(channel: ChannelNumber, of client: Client, at now: NIODeadline) -> RelayRouting {
        guard let allocation = client.allocation, let binding = allocation.channels.binding(of: channel, at: now)
        else { return .drop(.unboundChannel) }
        if let target = binding.target, !isStale(target) {
            return .forward(Route(target: target, source: allocation.relayedAddress))
        }
        let routing = route(to: binding.peer, from: allocation)
        if case .forward(let route) = routing {
            client.allocation?.channels.setTarget(route.target, of: channel)
        }
        return routing
    }

    /// Whether a route to this loop leads nowhere any more. Other loops find out on delivery.
    private func isStale(_ target: AllocationHandle) -> Bool {
        target.loop == loop && clients[target.client]?.allocation?.handle != target
    }

    private func route(to peer: TransportAddress, from allocation: Allocation) -> RelayRouting {
        guard let entry = directory.resolve(peer) else { return .drop(.unknownPeer) }
        guard entry.scope == allocation.credential.scope else { return .drop(.otherRoom) }
        return .forward(Route(target: entry.handle, source: allocation.relayedAddress))
    }

    /// RFC 8656, section 11.2: receiving a Send indication. Anything wrong with it is discarded silently.
    func take(indication message: STUNMessageView, from client: Client, at now: NIODeadline) -> RelayOutcome {
        switch message.type.method {
        case .send: send(message, from: client, at: now)
        // A Binding indication keeps a NAT binding alive and wants no answer; others mean nothing here.
        default: .drop(.unexpectedMessage)
        }
    }

    private func send(_ message: STUNMessageView, from client: Client, at now: NIODeadline) -> RelayOutcome {
        guard let allocation = client.allocation else { return .drop(.noAllocation) }
        guard let data = message.firstAttribute(.data),
            let peer = try? message.value(XORPeerAddress.self)?.address,
            message.unknownComprehensionRequired(knowing: { Self.sendAttributes.contains($0) }).isEmpty
        else { return .drop(.malformed) }
        guard allocation.permissions.contains(peer.address, at: now) else { return .drop(.noPermission) }
        switch route(to: peer, from: allocation) {
        case .forward(let route):
            return .forward(payload: data.range, route)
        case .drop(let reason):
            return .drop(reason)
        }
    }

    private static let sendAttributes: Set<AttributeType> = [.data, .xorPeerAddress, .dontFragment]

    // MARK: To a client

    /// For a Data indication.
    package mutating func makeTransactionID() -> TransactionID {
        TransactionID.random(using: &random)
    }

    /// RFC 8656, sections 11.3 and 12.7: data for a relayed transport address arrives from a peer.
    package func deliver(_ route: Route, at now: NIODeadline) -> Delivery {
        guard let client = clients[route.target.client], let allocation = client.allocation,
            allocation.handle == route.target
        else { return .drop(.staleRoute) }
        // A bound channel admits its peer for as long as it lasts. RFC 8656 would have it wait for a permission that
        // some clients (aioice among them) renew only every 500 seconds, with the channel; other servers do the same.
        if let binding = allocation.channels.binding(toward: route.source, at: now) {
            return .channelData(client: client.id, channel: binding.channel)
        }
        guard allocation.permissions.contains(route.source.address, at: now) else {
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
