// SPDX-License-Identifier: Apache-2.0

import STUNCodec

/// What the relays of a server say to each other so that an allocation can move (RFC 8016): a client may come back on
/// another loop than the one that has its allocation.
///
/// ```
/// new loop                     old loop
///   claim      ───────────────▶           a Refresh with a ticket
///              ◀───────────────  granted  or refused
///   take       ───────────────▶           the client sends from the new 5-tuple
///              ◀───────────────  handOver
/// ```
enum RelayMessage: Sendable {
    case claim(TicketClaim)
    case granted(to: AllocationHandle, ClaimGrant)
    case refused(to: AllocationHandle, RequestError)
    case take(AllocationHandle, by: AllocationHandle)
    /// Comes by itself, too, when the old 5-tuple ends.
    case handOver(HandedOver)
    /// The claim is void: the allocation has ended, or a newer 5-tuple has claimed it.
    case withdrawn(from: AllocationHandle)
}

/// A ticket that an authenticated client has shown, and what its Refresh asks for.
struct TicketClaim: Sendable {
    let ticket: [UInt8]
    let allocation: AllocationHandle
    let claimant: AllocationHandle
    let realm: RelayRealm
    let username: String
    let isAccessToken: Bool
    let isLegacy: Bool
    let wish: RefreshWish
}

/// An allocation on its way from one loop to another.
///
/// Unchecked, because it has keys that are for one thread: who hands it over keeps nothing of it.
struct HandedOver: @unchecked Sendable {
    let allocation: Allocation
    let realm: RelayRealm
    let address: TransportAddress
}

/// Something that a relay leaves to its loop, beside the outcome of what the loop has just given it.
enum DeferredWork {
    case post(RelayMessage, to: Int)
    /// Give it a message again that was ``RelayOutcome/pending``.
    case receive([UInt8], from: ClientID)
    /// An answer that was ``RelayOutcome/pending``, or an indication.
    case send([UInt8], to: ClientID)
}
