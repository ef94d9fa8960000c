// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec
import TURNCredentials

/// An allocation of the closed relay (RFC 8656, section 3.2).
struct Allocation {
    let handle: AllocationHandle
    let relayedAddress: TransportAddress
    let username: String
    let credential: VerifiableCredential
    /// Of the Allocate that made it: a retransmission is answered as the first one was.
    let transactionID: TransactionID
    let createdAt: NIODeadline
    var expiresAt: NIODeadline
    var permissions = PermissionSet()
    var channels = ChannelTable()
}
