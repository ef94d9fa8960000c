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
        let family = try requestedFamily(of: request)
        guard family.map({ allocation.endpoint($0) != nil }) ?? true else { throw .peerAddressFamilyMismatch }
        guard asked?.seconds != 0 else {
            delete(family, of: request)
            return response.append(Lifetime(seconds: 0))
        }
        let granted = request.bounded(try prolongation(of: allocation, asked: asked, at: request.now.uptime))
        for index in allocation.endpoints.indices
        where family == nil || allocation.endpoints[index].address.family == family {
            request.client.allocation?.endpoints[index].expiresAt = request.now.uptime + granted
        }
        deadlines.update(request.client)
        response.append(Lifetime(seconds: UInt32(clamping: granted.nanoseconds / 1_000_000_000)))
    }

    private func isRepeatedDeletion(_ request: Request, asked: Lifetime?) -> Bool {
        asked?.seconds == 0 && request.client.allocation == nil
            && request.client.lastDeletion == request.message.transactionID
    }

    /// - Parameter family: nil for all that the allocation has.
    private mutating func delete(_ family: IPAddress.Family?, of request: Request) {
        let client = request.client
        removeEndpoints(of: client, at: request.now.uptime) { family == nil || $0.address.family == family }
        if client.allocation == nil { client.lastDeletion = request.message.transactionID }
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
