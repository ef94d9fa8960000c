// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec
import TURNCredentials

/// RFC 8656, section 8.2: receiving a Refresh request.
extension Relay {
    mutating func refresh(_ request: Request, with response: inout STUNMessageWriter) throws(RequestError) {
        let asked = try request.value(Lifetime.self)
        if isRepeatedDeletion(request, asked: asked) {
            return response.append(Lifetime(seconds: 0))
        }
        let allocation = try request.allocation()
        if let family = try request.value(RequestedAddressFamily.self)?.family,
            family != allocation.relayedAddress.address.family
        {
            throw .peerAddressFamilyMismatch
        }
        guard asked?.seconds != 0 else {
            delete(request)
            return response.append(Lifetime(seconds: 0))
        }
        let granted = request.bounded(try prolongation(of: allocation, asked: asked, at: request.now.uptime))
        request.client.allocation?.expiresAt = request.now.uptime + granted
        deadlines.update(request.client)
        response.append(Lifetime(seconds: UInt32(clamping: granted.nanoseconds / 1_000_000_000)))
    }

    private func isRepeatedDeletion(_ request: Request, asked: Lifetime?) -> Bool {
        asked?.seconds == 0 && request.client.allocation == nil
            && request.client.lastDeletion == request.message.transactionID
    }

    private mutating func delete(_ request: Request) {
        let client = request.client
        deleteAllocation(of: client)
        client.lastDeletion = request.message.transactionID
        client.idleDeadline = request.now.uptime + configuration.unallocatedTimeout
        deadlines.update(client)
    }

    /// An allocation made with an ephemeral credential outlives that credential, but not for ever.
    private func prolongation(
        of allocation: Allocation,
        asked: Lifetime?,
        at now: NIODeadline
    ) throws(RequestError) -> TimeAmount {
        let wanted = lifetime(asked: asked)
        guard allocation.credential.isEphemeral else { return wanted }
        let remaining = allocation.createdAt + configuration.maximumAllocationAge - now
        guard remaining >= .seconds(1) else { throw .unauthorized }
        return min(wanted, remaining)
    }
}
