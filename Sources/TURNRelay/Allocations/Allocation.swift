// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec
import TURNCredentials

/// An allocation of the closed relay (RFC 8656, section 3.2).
struct Allocation {
    let handle: AllocationHandle
    let relayedAddress: TransportAddress
    /// Of whoever made it.
    let identity: Identity
    /// That its requests are authenticated with, whatever becomes of the user: of the identity, or of its latest token.
    var keys: IntegrityKeys
    /// Of the Allocate that made it: a retransmission is answered as the first one was.
    let transactionID: TransactionID
    let createdAt: NIODeadline
    var expiresAt: NIODeadline
    var permissions = PermissionSet()
    var channels = ChannelTable()

    var username: String { identity.username }
    var credential: VerifiableCredential { identity.credential }
}
