// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec

/// What lets an allocation move to another 5-tuple (RFC 8016).
struct Mobility {
    /// Those that are good, the newest last. Two at most: an answer with a new ticket may be lost, and then the client
    /// has the one before. All end when one is used.
    var tickets: [[UInt8]]
    /// The 5-tuple that showed a ticket, by the handle that the allocation will have there. Until the client sends from
    /// it, the old one is in use.
    var heir: AllocationHandle?
    /// Of the Refresh that the newest ticket came with: a retransmission gets the same.
    var renewal: TransactionID?
}

/// What a client has that showed a ticket: a claim to an allocation that another 5-tuple still has.
struct Claim {
    enum State {
        /// The relay that has the allocation has been asked.
        case asked
        /// The allocation is the client's as soon as it sends something.
        case granted(ClaimGrant)
        case refused(RequestError)
        /// The client has sent something: the allocation is on its way.
        case taking
    }

    let ticket: [UInt8]
    let allocation: AllocationHandle
    /// What the allocation's will be.
    let handle: AllocationHandle
    /// That the ticket was shown with.
    let keys: IntegrityKeys
    var state = State.asked
    /// Messages that cannot be answered before the state changes.
    var waiting: [[UInt8]] = []
    var expiresAt: NIODeadline

    static let waitingLimit = 8
}

/// What a relay grants to a client of another.
struct ClaimGrant {
    /// What Refresh has given.
    let lifetime: TimeAmount
    /// Nil when the Refresh deleted the allocation.
    let ticket: [UInt8]?
}
