// SPDX-License-Identifier: Apache-2.0

package import STUNCodec

/// What a STUN message of a client leads to.
package enum RelayOutcome: Equatable, Sendable {
    /// Send these bytes to the client.
    case respond([UInt8])
    /// Deliver the payload, a range of the message's bytes, to another allocation.
    case forward(payload: Range<Int>, Route)
    /// Nothing is sent and nothing changed.
    case drop(DropReason)
}

/// Where a payload goes: resolved by the sender's relay, delivered by the receiver's, which may be another loop's.
package struct Route: Hashable, Sendable {
    package let target: AllocationHandle
    /// The sender's relayed transport address: what the receiver knows the sender by.
    package let source: TransportAddress
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

package enum CloseReason: String, Sendable {
    /// No request authenticated within ``RelayConfiguration/unauthenticatedTimeout``.
    case unauthenticated = "no authenticated request"
    /// No allocation for ``RelayConfiguration/unallocatedTimeout``.
    case unallocated = "no allocation"
    /// The bytes are no STUN message and no ChannelData.
    case protocolViolation = "protocol violation"
    /// The client does not read the answers to its requests.
    case unread = "answers not read"
    case closedByClient = "closed by client"
    case transportError = "transport error"
}

/// Why a payload or message went nowhere. Each reason has a counter.
package enum DropReason: String, Sendable, CaseIterable {
    case malformed
    /// A payload that fits ChannelData, but not the Data indication that its receiver would need.
    case oversized
    case unexpectedMessage
    case noAllocation
    case noPermission
    case unboundChannel
    case unknownPeer
    case otherRoom
    case peerWithoutPermission
    case staleRoute
    case queueAge
    case queueBytes
    case loopBacklog
}
