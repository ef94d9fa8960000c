// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec
import TURNCredentials

/// An allocation (RFC 8656, section 3.2).
struct Allocation {
    /// Changes when the allocation moves to another 5-tuple.
    var handle: AllocationHandle
    let scope: AllocationScope
    /// Of whoever made it.
    let identity: Identity
    /// That its requests are authenticated with, whatever becomes of the user: of the identity, or of its latest token.
    var keys: IntegrityKeys
    /// Of the Allocate that made it: a retransmission is answered as the first one was.
    let transactionID: TransactionID
    let createdAt: NIODeadline
    /// Between relay and peers.
    let transport: RelayTransport
    /// One, or one of each family. Never empty.
    var endpoints: [RelayedEndpoint]
    /// For the port after an even one, as the Allocate asked.
    var reservationToken: ReservationToken?
    /// The answer to ADDITIONAL-ADDRESS-FAMILY, when that family could not be had.
    var addressError: AddressErrorCode?
    /// Nil when nothing is limited.
    var meter: TrafficMeter?
    /// Nil when the client did not ask for a ticket.
    var mobility: Mobility?
    var permissions = PermissionSet()
    var channels = ChannelTable()
    /// With peers, of a TCP allocation.
    var connections: [PeerConnection] = []

    var username: String { identity.username }
    var credential: VerifiableCredential { identity.credential }

    func endpoint(_ family: IPAddress.Family) -> RelayedEndpoint? {
        endpoints.first { $0.address.family == family }
    }

    /// When the first of its endpoints expires.
    var expiresAt: NIODeadline {
        endpoints.map(\.expiresAt).min() ?? .distantFuture
    }

    /// The next time at which the passing of time changes something.
    var deadline: NIODeadline {
        connections.reduce(expiresAt) { min($0, $1.deadline) }
    }

    func connection(with peer: TransportAddress) -> PeerConnection? {
        connections.first { $0.peer == peer }
    }
}

/// A relayed transport address of an allocation, with its own lifetime (RFC 8656, section 8: each family can be
/// refreshed, and deleted, alone).
struct RelayedEndpoint {
    let address: RelayedAddress
    /// Nil in the closed relay, whose addresses have nothing behind them.
    let socket: RelaySocketID?
    var expiresAt: NIODeadline
}
