// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec
import TURNCredentials

/// RFC 8016, where the allocation is: what becomes of a ticket, and the way to the new 5-tuple.
extension Relay {
    // MARK: Between relays

    /// Says something to a relay, which may be this one.
    func tell(_ message: RelayMessage, to loop: Int, at now: NIODeadline) {
        if loop == self.loop {
            receive(message, at: now)
        } else {
            deferred.append(.post(message, to: loop))
        }
    }

    func receive(_ message: RelayMessage, at now: NIODeadline) {
        switch message {
        case .claim(let claim): answer(claim, at: now)
        case .granted(let handle, let grant): settle(handle, .granted(grant), at: now)
        case .refused(let handle, let error): settle(handle, .refused(error), at: now)
        case .take(let allocation, let handle): give(allocation, to: handle, at: now)
        case .handOver(let handedOver): install(handedOver, at: now)
        case .withdrawn(let handle): withdraw(from: handle, at: now)
        }
    }

    func takeDeferred() -> [DeferredWork] {
        defer { deferred.removeAll() }
        return deferred
    }

    // MARK: Tickets

    /// A new ticket for an allocation, for the answer to a request from its own 5-tuple.
    func renewTicket(of client: Client, for renewal: TransactionID) -> MobilityTicket? {
        guard let tickets, let allocation = client.allocation, let mobility = allocation.mobility else { return nil }
        // However many answers to one Refresh are lost, the client has a ticket that is good.
        if mobility.renewal == renewal { return mobility.tickets.last.map(MobilityTicket.init) }
        let ticket = tickets.issue(for: allocation.handle, using: &random)
        tickets.revoke(mobility.tickets.dropLast())
        client.allocation?.mobility?.tickets = mobility.tickets.suffix(1) + [ticket]
        client.allocation?.mobility?.renewal = renewal
        return MobilityTicket(bytes: ticket)
    }

    private func answer(_ claim: TicketClaim, at now: NIODeadline) {
        do throws(RequestError) {
            let client = try owner(of: claim)
            let lifetime = try apply(claim.wish, to: client, at: now)
            let ticket = bequeath(client, to: claim.claimant, at: now)
            tell(
                .granted(to: claim.claimant, ClaimGrant(lifetime: lifetime, ticket: ticket)),
                to: claim.claimant.loop,
                at: now
            )
            // There is no old 5-tuple to wait with, or no allocation to wait for.
            if client.isDetached { handOver(client, at: now) }
        } catch {
            tell(.refused(to: claim.claimant, error), to: claim.claimant.loop, at: now)
        }
    }

    private func owner(of claim: TicketClaim) throws(RequestError) -> Client {
        guard let client = clients[claim.allocation.client], let allocation = client.allocation,
            allocation.handle == claim.allocation, allocation.mobility?.tickets.contains(claim.ticket) == true
        else { throw .allocationMismatch }
        // Section 3.2.2: the user is the one that made the allocation, or the answer is 441.
        guard client.realm === claim.realm, !claim.isLegacy || allocation.identity.isLegacy,
            claim.isAccessToken
                ? allocation.credential.isAccessToken
                : !allocation.credential.isAccessToken && allocation.username == claim.username
        else { throw .wrongCredentials }
        return client
    }

    /// Uses up the tickets of an allocation.
    ///
    /// - Returns: the one that is good from now on; nil when the allocation has ended.
    private func bequeath(_ client: Client, to heir: AllocationHandle, at now: NIODeadline) -> [UInt8]? {
        guard let tickets, let allocation = client.allocation, let mobility = allocation.mobility else { return nil }
        if let former = mobility.heir { tell(.withdrawn(from: former), to: former.loop, at: now) }
        tickets.revoke(mobility.tickets)
        let ticket = tickets.issue(for: allocation.handle, using: &random)
        client.allocation?.mobility = Mobility(tickets: [ticket], heir: heir)
        return ticket
    }

    // MARK: The way there

    private func give(_ allocation: AllocationHandle, to heir: AllocationHandle, at now: NIODeadline) {
        guard let client = clients[allocation.client], client.allocation?.handle == allocation,
            client.allocation?.mobility?.heir == heir
        else { return tell(.withdrawn(from: heir), to: heir.loop, at: now) }
        handOver(client, at: now)
    }

    /// The 5-tuple of a mobile allocation has ended: its client may come back on another, until the lifetime ends.
    func detach(_ client: Client, at now: NIODeadline) {
        client.isDetached = true
        if client.allocation?.mobility?.heir != nil { handOver(client, at: now) }
    }

    private func handOver(_ client: Client, at now: NIODeadline) {
        let allocation = client.allocation
        client.allocation = nil
        removeOrIdle(client, from: now)
        guard let allocation, let heir = allocation.mobility?.heir else { return }
        let handedOver = HandedOver(
            allocation: relocated(allocation, to: heir),
            realm: client.realm,
            address: client.address
        )
        tell(.handOver(handedOver), to: heir.loop, at: now)
    }

    /// An allocation as it is under another handle, with everything that leads to it.
    func relocated(_ allocation: Allocation, to handle: AllocationHandle) -> Allocation {
        var allocation = allocation
        allocation.handle = handle
        allocation.mobility?.heir = nil
        let entry = RelayedAddressDirectory.Entry(
            handle: handle,
            scope: allocation.scope,
            transport: allocation.transport
        )
        for endpoint in allocation.endpoints {
            directory.reassign(endpoint.address, to: entry)
            if let socket = endpoint.socket { sockets?.assign(socket, to: handle) }
        }
        tickets?.move(allocation.mobility?.tickets ?? [], to: handle)
        return allocation
    }

    // MARK: Clients without an allocation

    /// Starts the time that a client may be without an allocation.
    func beIdle(_ client: Client, from now: NIODeadline) {
        client.idleDeadline = now + configuration.idleTimeout(isDatagram: client.isDatagram)
        deadlines.update(client, in: clients)
    }

    /// What an allocation leaves behind: a client, unless that is gone.
    private func removeOrIdle(_ client: Client, from now: NIODeadline) {
        if client.isDetached {
            _ = clients.remove(client.id)
        } else {
            beIdle(client, from: now)
        }
    }
}
