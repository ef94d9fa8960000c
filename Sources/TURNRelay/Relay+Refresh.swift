// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec
import TURNCredentials

/// What a Refresh asks for.
struct RefreshWish: Sendable {
    let lifetime: Lifetime?
    /// Nil for all that the allocation has.
    let family: IPAddress.Family?
    /// That the credential of the request lets an allocation live.
    let longestLifetime: TimeAmount
}

/// RFC 8656, section 8.2: receiving a Refresh request.
extension Relay {
    func refresh(
        _ request: Request,
        with response: inout STUNMessageWriter
    ) throws(RequestError) -> RequestProgress {
        let asked = try request.value(Lifetime.self)
        if isRepeatedDeletion(request, asked: asked) {
            response.append(Lifetime(seconds: 0))
            return .answered
        }
        let wish = RefreshWish(
            lifetime: asked,
            family: try requestedFamily(of: request),
            longestLifetime: request.longestLifetime
        )
        if let ticket = try request.value(MobilityTicket.self) {
            return try resume(request, ticket.bytes, wish, with: &response)
        }
        _ = try request.allocation()
        response.append(Lifetime(try apply(wish, to: request.client, at: request.now.uptime)))
        if request.client.allocation == nil { request.client.lastDeletion = request.message.transactionID }
        if let ticket = renewTicket(of: request.client, for: request.message.transactionID) { response.append(ticket) }
        return .answered
    }

    private func isRepeatedDeletion(_ request: Request, asked: Lifetime?) -> Bool {
        asked?.seconds == 0 && request.client.allocation == nil
            && request.client.lastDeletion == request.message.transactionID
    }

    /// - Returns: the lifetime from now on; zero for what was deleted.
    func apply(
        _ wish: RefreshWish,
        to client: Client,
        at now: NIODeadline
    ) throws(RequestError) -> TimeAmount {
        guard let allocation = client.allocation else { throw .allocationMismatch }
        let family = wish.family
        guard family.map({ allocation.endpoint($0) != nil }) ?? true else { throw .peerAddressFamilyMismatch }
        defer { deadlines.update(client, in: clients) }
        guard wish.lifetime?.seconds != 0 else {
            removeEndpoints(of: client, because: .deleted, at: now) { family == nil || $0.address.family == family }
            return .zero
        }
        let granted = min(try prolongation(of: allocation, asked: wish.lifetime, at: now), wish.longestLifetime)
        for index in allocation.endpoints.indices
        where family == nil || allocation.endpoints[index].address.family == family {
            client.allocation?.endpoints[index].expiresAt = now + granted
        }
        return granted
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
        guard remaining >= .seconds(1) else { throw .unauthorized(.allocationAge) }
        return min(wanted, remaining)
    }
}

extension Lifetime {
    init(_ time: TimeAmount) {
        self.init(seconds: UInt32(clamping: time.nanoseconds / 1_000_000_000))
    }
}
