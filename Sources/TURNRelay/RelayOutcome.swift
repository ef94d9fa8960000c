// SPDX-License-Identifier: Apache-2.0

package import STUNCodec

/// What a STUN message of a client leads to.
package enum RelayOutcome: Equatable, Sendable {
    /// Send these bytes to the client.
    case respond([UInt8])
    /// Take the payload, a range of the message's bytes, where the route says.
    case forward(payload: Range<Int>, Route, dontFragment: Bool)
    /// Nothing is sent and nothing changed.
    case drop(DropReason)
    /// Nothing is sent yet: what the answer depends on is under way.
    case pending
    /// Send these bytes, and then whatever the loop's peer sends on its connection; what follows from the client is for
    /// that peer, as it is (RFC 6062, section 5.4). It is no client of the relay any more.
    case bind([UInt8], ConnectionID, loop: Int)
}

/// Where a payload of a client goes: resolved by the sender's relay.
package enum Route: Hashable, Sendable {
    /// To an allocation of this server, in process (hairpin).
    case allocation(Passage)
    /// To a peer, through the socket of the sender's relayed transport address.
    case peer(TransportAddress, RelaySocketID)
}

/// The way of a payload to the client of an allocation, which may be another loop's.
package struct Passage: Hashable, Sendable {
    package let target: AllocationHandle
    /// What the receiver knows the sender by: a peer, or the relayed transport address of another allocation.
    package let source: TransportAddress

    package init(target: AllocationHandle, source: TransportAddress) {
        self.target = target
        self.source = source
    }
}

/// How a payload reaches the client of the allocation that it was routed to.
package enum Delivery: Equatable, Sendable {
    case channelData(client: ClientID, channel: ChannelNumber)
    case dataIndication(client: ClientID)
    case drop(DropReason)
}

/// What the passing of time leads to.
package enum RelayAction: Equatable, Sendable {
    case close(ClientID, CloseReason)
}

package enum CloseReason: String, Sendable, CaseIterable {
    /// No request authenticated within ``RelayConfiguration/unauthenticatedTimeout``.
    case unauthenticated = "no authenticated request"
    /// No allocation for ``RelayConfiguration/idleTimeout(isDatagram:)``.
    case unallocated = "no allocation"
    /// The bytes are no STUN message and no ChannelData.
    case protocolViolation = "protocol violation"
    /// The client does not read the answers to its requests.
    case unread = "answers not read"
    case kicked = "ended by an administrator"
    case closedByClient = "closed by client"
    case transportError = "transport error"
}

/// Why a payload or message went nowhere. Each reason has a counter.
package enum DropReason: String, Sendable, CaseIterable {
    case malformed
    /// A payload that fits ChannelData, but not the Data indication that its receiver would need.
    case oversized
    case unexpectedMessage
    /// Too many datagrams from an address without an allocation.
    case strangerRate
    /// Over the bandwidth of the allocation, its user or the realm.
    case bandwidth
    /// No answer is short enough for a request that may have a forged address.
    case amplification
    case noAllocation
    case noPermission
    case unboundChannel
    case unknownPeer
    /// To an allocation of another room, or in the closed relay of another realm.
    case otherRoom
    case peerWithoutPermission
    /// A peer that connects to an allocation with as many connections as it may have, or a second time from one port.
    case peerConnections
    case staleRoute
    case queueAge
    case queueBytes
    case loopBacklog
    /// The system did not take a datagram: no room in the socket, or no way to the destination.
    case notSent
    /// A datagram longer than the server has room for.
    case truncated
}
