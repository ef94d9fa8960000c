// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec
import TURNCredentials

/// RFC 8016, where the client arrives: a Refresh with a ticket, and what follows it from the new 5-tuple.
extension Relay {
    /// Section 3.1: whether an Allocate asks for a ticket.
    func asksForTicket(_ request: Request) throws(RequestError) -> Bool {
        guard let ticket = try request.value(MobilityTicket.self) else { return false }
        guard tickets != nil else { throw .mobilityForbidden }
        guard ticket.bytes.isEmpty else { throw .badRequest("MOBILITY-TICKET of an Allocate is not empty") }
        return true
    }

    /// Section 3.2.2: receiving a Refresh with a ticket.
    func resume(
        _ request: Request,
        _ ticket: [UInt8],
        _ wish: RefreshWish,
        with response: inout STUNMessageWriter
    ) throws(RequestError) -> RequestProgress {
        guard tickets != nil else { throw .mobilityForbidden }
        guard !ticket.isEmpty else { throw .badRequest("MOBILITY-TICKET of a Refresh is empty") }
        let client = request.client
        // A retransmission finds what came of the first.
        if client.claim == nil, client.usedTicket != ticket { try claim(ticket, wish, for: request) }
        // Others may use the same connection.
        if let claim = client.claim, !request.identity.owns(claim) { throw .wrongCredentials }
        switch client.claim?.state {
        case .granted(let grant):
            try refuseDeletion(wish, with: grant.ticket)
            describe(grant, with: &response)
            guard grant.ticket == nil else { break }
            client.claim = nil
            client.lastDeletion = request.message.transactionID
            beIdle(client, from: request.now.uptime)
        case .refused(let error):
            client.claim = nil
            beIdle(client, from: request.now.uptime)
            throw error
        case .asked, .taking:
            try wait(request)
            return .pending
        case nil:
            // The old 5-tuple was gone already.
            let allocation = try request.allocation()
            try refuseDeletion(wish, with: ticket)
            let remaining = allocation.expiresAt - request.now.uptime
            describe(ClaimGrant(lifetime: remaining, ticket: allocation.mobility?.tickets.last), with: &response)
        }
        return .answered
    }

    /// A ticket that has moved an allocation does not delete it, too: its 5-tuple is not a new one any more.
    private func refuseDeletion(_ wish: RefreshWish, with ticket: [UInt8]?) throws(RequestError) {
        guard ticket == nil || wish.lifetime?.seconds != 0 else {
            throw .badRequest("MOBILITY-TICKET is for a new 5-tuple")
        }
    }

    private func describe(_ grant: ClaimGrant, with response: inout STUNMessageWriter) {
        response.append(Lifetime(grant.lifetime))
        if let ticket = grant.ticket { response.append(MobilityTicket(bytes: ticket)) }
    }

    private func claim(_ ticket: [UInt8], _ wish: RefreshWish, for request: Request) throws(RequestError) {
        let client = request.client
        guard let allocation = tickets?.owner(of: ticket) else { throw .allocationMismatch }
        guard allocation != client.allocation?.handle else {
            throw .badRequest("MOBILITY-TICKET is for a new 5-tuple")
        }
        guard client.allocation == nil else { throw .allocationMismatch }
        let handle = AllocationHandle(loop: loop, client: client.id, serial: client.allocationCount)
        client.allocationCount &+= 1
        beIdle(client, from: request.now.uptime)
        client.claim = Claim(
            ticket: ticket,
            allocation: allocation,
            handle: handle,
            keys: request.identity.keys,
            expiresAt: client.idleDeadline
        )
        let claim = TicketClaim(
            ticket: ticket,
            allocation: allocation,
            claimant: handle,
            realm: client.realm,
            username: request.identity.username,
            isAccessToken: request.identity.credential.isAccessToken,
            isLegacy: request.identity.isLegacy,
            wish: wish
        )
        tell(.claim(claim), to: allocation.loop, at: request.now.uptime)
    }

    // MARK: Taking

    /// Whether a request can be answered now. The first one that is not the Refresh of the claim takes the allocation.
    func isReady(_ request: Request) throws(RequestError) -> Bool {
        guard let claim = request.client.claim else { return true }
        if request.message.type.method == .refresh, try request.value(MobilityTicket.self)?.bytes == claim.ticket {
            return true
        }
        guard !takesOver(request.client, at: request.now.uptime) else { return true }
        try wait(request)
        return false
    }

    /// Takes the allocation that a client has a claim to, because it has sent something from the new 5-tuple.
    ///
    /// - Returns: whether the claim is settled; it is not while another loop has the allocation.
    func takesOver(_ client: Client, at now: NIODeadline) -> Bool {
        guard let claim = client.claim else { return true }
        switch claim.state {
        case .granted:
            client.claim?.state = .taking
            tell(.take(claim.allocation, by: claim.handle), to: claim.allocation.loop, at: now)
        case .refused: drop(claim, of: client, at: now)
        case .asked, .taking: break
        }
        return client.claim == nil
    }

    private func wait(_ request: Request) throws(RequestError) {
        guard wait(request.message, of: request.client) else { throw .insufficientCapacity }
    }

    /// Keeps a message until the claim of its client is settled; false when too many wait.
    func wait(_ message: borrowing STUNMessageView, of client: Client) -> Bool {
        guard let claim = client.claim, claim.waiting.count < Claim.waitingLimit else { return false }
        client.claim?.waiting.append(message.bytes.array)
        return true
    }

    // MARK: What the other relay says

    func settle(_ handle: AllocationHandle, _ state: Claim.State, at now: NIODeadline) {
        guard let client = clients[handle.client], let claim = client.claim, claim.handle == handle else { return }
        client.claim?.state = state
        client.claim?.waiting = []
        if case .granted(let grant) = state { client.claim?.expiresAt = now + grant.lifetime }
        deadlines.update(client, in: clients)
        again(claim.waiting, of: client)
    }

    func withdraw(from handle: AllocationHandle, at now: NIODeadline) {
        guard let client = clients[handle.client], let claim = client.claim, claim.handle == handle else { return }
        drop(claim, of: client, at: now)
    }

    private func drop(_ claim: Claim, of client: Client, at now: NIODeadline) {
        client.claim = nil
        beIdle(client, from: now)
        again(claim.waiting, of: client)
    }

    func install(_ handedOver: HandedOver, at now: NIODeadline) {
        var allocation = handedOver.allocation
        guard let client = clients[allocation.handle.client], let claim = client.claim,
            claim.handle == allocation.handle
        else { return adopt(handedOver, at: now) }
        allocation.keys = claim.keys
        client.allocation = allocation
        client.usedTicket = claim.ticket
        client.claim = nil
        deadlines.update(client, in: clients)
        again(claim.waiting, of: client)
    }

    /// The client was gone when its allocation came: it may come back with its ticket.
    private func adopt(_ handedOver: HandedOver, at now: NIODeadline) {
        let client = clients.insert(
            address: handedOver.address,
            realm: handedOver.realm,
            isRealmSettled: true,
            idleDeadline: now
        )
        client.isDetached = true
        let handle = AllocationHandle(loop: loop, client: client.id, serial: 0)
        client.allocation = relocated(handedOver.allocation, to: handle)
        deadlines.update(client, in: clients)
    }

    private func again(_ messages: [[UInt8]], of client: Client) {
        deferred += messages.map { .receive($0, from: client.id) }
    }
}
