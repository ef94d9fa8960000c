// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec
import TURNCredentials

/// RFC 8656, section 7.2: receiving an Allocate request. The steps have the numbers they have there.
extension Relay {
    func allocate(_ request: Request, with response: inout STUNMessageWriter) throws(RequestError) {
        // 2. One allocation for a 5-tuple. A retransmission is answered as the request was.
        if let existing = request.client.allocation {
            guard existing.transactionID == request.message.transactionID,
                existing.username == request.identity.username
            else { throw .allocationMismatch }
            return describe(existing, of: request, with: &response)
        }
        let wish = try wish(of: request)
        try sendElsewhere(request)
        let allocation = try makeAllocation(for: request, wish)
        request.client.allocation = allocation
        deadlines.update(request.client, in: clients)
        describe(allocation, of: request, with: &response)
    }

    /// What an Allocate asks for, as far as this relay has it.
    private struct Wish {
        var families: [IPAddress.Family]
        var even: EvenPort?
        var token: ReservationToken?
        var lifetime: TimeAmount
        var isMobile: Bool
        var transport: RelayTransport
    }

    private func wish(of request: Request) throws(RequestError) -> Wish {
        let transport = try transport(of: request)
        // 4. DONT-FRAGMENT: between two allocations here nothing fragments, and sockets can do it.
        return Wish(
            families: try families(of: request),
            even: try request.value(EvenPort.self),
            token: try reservationToken(of: request),
            lifetime: request.bounded(lifetime(asked: try request.value(Lifetime.self))),
            isMobile: try asksForTicket(request),
            transport: transport
        )
    }

    /// Step 3: REQUESTED-TRANSPORT is mandatory. For TCP, RFC 6062, section 5.1.
    private func transport(of request: Request) throws(RequestError) -> RelayTransport {
        guard let requested = try request.value(RequestedTransport.self) else {
            throw .badRequest("REQUESTED-TRANSPORT is required")
        }
        guard let transport = RelayTransport(rawValue: requested.protocolNumber),
            transport == .udp || configuration.allowsTCPAllocations && sockets != nil
        else { throw .unsupportedTransport }
        if transport == .tcp { try checkTCP(request) }
        return transport
    }

    private func checkTCP(_ request: Request) throws(RequestError) {
        // > If the client connection transport is not TCP or TLS, the server MUST reject the request with a 400
        guard !request.client.isDatagram else { throw .badRequest("a TCP allocation needs a TCP or TLS connection") }
        // > If the request contains the DONT-FRAGMENT, EVEN-PORT, or RESERVATION-TOKEN attribute, the server MUST
        // > reject the request with a 400
        guard !request.has(.dontFragment), !request.has(.evenPort), !request.has(.reservationToken) else {
            throw .badRequest("TCP excludes DONT-FRAGMENT, EVEN-PORT and RESERVATION-TOKEN")
        }
        // Its connections have peers at the other end that cannot follow.
        guard !request.has(.mobilityTicket) else { throw .mobilityForbidden }
    }

    /// Step 5.
    private func reservationToken(of request: Request) throws(RequestError) -> ReservationToken? {
        guard let token = try request.value(ReservationToken.self) else { return nil }
        guard !request.has(.evenPort), !request.has(.requestedAddressFamily), !request.has(.additionalAddressFamily)
        else { throw .badRequest("RESERVATION-TOKEN excludes EVEN-PORT and address families") }
        return token
    }

    /// The family of REQUESTED-ADDRESS-FAMILY, nil without it; 440 for a code that is none.
    func requestedFamily(of request: Request) throws(RequestError) -> IPAddress.Family? {
        guard let attribute = try request.value(RequestedAddressFamily.self) else { return nil }
        guard let family = attribute.family else { throw .addressFamilyNotSupported }
        return family
    }

    /// The family of ADDITIONAL-ADDRESS-FAMILY, nil without it. Anything but IPv6 counts as IPv4, which is refused.
    private func additionalFamily(of request: Request) throws(RequestError) -> IPAddress.Family? {
        let registered = try request.value(AdditionalAddressFamily.self)?.code
        let unregistered = try request.value(CoturnAdditionalAddressFamily.self)?.code
        return (registered ?? unregistered).map { $0 == IPAddress.Family.ipv6.rawValue ? .ipv6 : .ipv4 }
    }

    /// Steps 6 and 7: the families asked for; the first must be had.
    private func families(of request: Request) throws(RequestError) -> [IPAddress.Family] {
        let requested = try requestedFamily(of: request)
        guard let additional = try additionalFamily(of: request) else {
            let family = requested ?? .ipv4
            guard directory.hosts.contains(where: { $0.external.family == family }) else {
                throw .addressFamilyNotSupported
            }
            return [family]
        }
        guard additional == .ipv6, requested == nil, try request.value(EvenPort.self)?.reserveNext != true
        else { throw .badRequest("ADDITIONAL-ADDRESS-FAMILY is IPv6 alone, without EVEN-PORT's R bit") }
        return [.ipv4, .ipv6]
    }

    private func makeAllocation(for request: Request, _ wish: Wish) throws(RequestError) -> Allocation {
        let client = request.client
        let credential = request.identity.credential
        switch client.realm.quota.acquire(user: credential.user) {
        case .userQuotaReached: throw .allocationQuotaReached
        case .serverFull: throw .insufficientCapacity
        case nil: break
        }
        let handle = AllocationHandle(loop: loop, client: client.id, serial: client.allocationCount)
        let scope = AllocationScope(room: credential.scope, in: client.realm, isOpen: configuration.mode.isOpen)
        let entry = RelayedAddressDirectory.Entry(handle: handle, scope: scope, transport: wish.transport)
        var endpoints: [RelayedEndpoint] = []
        for family in wish.families {
            if let endpoint = openEndpoint(entry, family, wish, until: request.now.uptime + wish.lifetime, request.now)
            {
                endpoints.append(endpoint)
            }
        }
        guard !endpoints.isEmpty else {
            client.realm.quota.release(user: credential.user)
            throw .insufficientCapacity
        }
        let token = wish.even?.reserveNext == true ? reserveNext(to: endpoints[0], at: request.now) : nil
        guard wish.even?.reserveNext != true || token != nil else {
            for endpoint in endpoints { close(endpoint) }
            client.realm.quota.release(user: credential.user)
            throw .insufficientCapacity
        }
        client.allocationCount &+= 1
        counters.allocationsMade[client.transport] += 1
        var allocation = Allocation(
            handle: handle,
            scope: scope,
            identity: request.identity,
            keys: request.identity.keys,
            transactionID: request.message.transactionID,
            createdAt: request.now.uptime,
            transport: wish.transport,
            endpoints: endpoints
        )
        allocation.addressError = addressError(wish.families, endpoints)
        allocation.reservationToken = token
        allocation.meter = client.realm.bandwidth.meter(
            for: credential.user,
            over: wish.transport,
            at: request.now.uptime
        )
        if let tickets, wish.isMobile {
            allocation.mobility = Mobility(tickets: [tickets.issue(for: handle, using: &random)])
        }
        return allocation
    }

    private func reserveNext(to endpoint: RelayedEndpoint, at now: Moment) -> ReservationToken? {
        directory.reserve(
            after: endpoint.address,
            until: now.uptime + configuration.reservationLifetime,
            using: &random
        )
    }

    /// RFC 8656, section 7.2: what is said about the family, of two, that could not be had.
    private func addressError(_ wanted: [IPAddress.Family], _ endpoints: [RelayedEndpoint]) -> AddressErrorCode? {
        guard let missing = wanted.first(where: { family in !endpoints.contains { $0.address.family == family } })
        else { return nil }
        let isSupported = directory.hosts.contains { $0.external.family == missing }
        let error = isSupported ? RequestError.insufficientCapacity : .addressFamilyNotSupported
        return AddressErrorCode(family: missing, code: error.code, reason: error.reason)
    }

    /// How many ports are tried: another program may have some of the range.
    private static let portAttempts = 16

    private func openEndpoint(
        _ entry: RelayedAddressDirectory.Entry,
        _ family: IPAddress.Family,
        _ wish: Wish,
        until expiry: NIODeadline,
        _ now: Moment
    ) -> RelayedEndpoint? {
        for _ in 0..<(wish.token == nil ? Self.portAttempts : 1) {
            let address =
                if let token = wish.token {
                    directory.redeem(token, for: entry, at: now.uptime)
                } else {
                    directory.register(entry, family: family, even: wish.even, using: &random)
                }
            guard let address else { return nil }
            guard let sockets else { return RelayedEndpoint(address: address, socket: nil, expiresAt: expiry) }
            if let socket = sockets.open(at: address.local, over: wish.transport, for: entry.handle) {
                return RelayedEndpoint(address: address, socket: socket, expiresAt: expiry)
            }
            directory.release(address)
        }
        return nil
    }

    private func describe(_ allocation: Allocation, of request: Request, with response: inout STUNMessageWriter) {
        let remaining = allocation.expiresAt - request.now.uptime
        for endpoint in allocation.endpoints {
            response.append(XORRelayedAddress(address: endpoint.address.external))
        }
        response.append(Lifetime(remaining))
        response.append(XORMappedAddress(address: request.client.address))
        if let token = allocation.reservationToken { response.append(token) }
        if let error = allocation.addressError { response.append(error) }
        if let ticket = allocation.mobility?.tickets.last { response.append(MobilityTicket(bytes: ticket)) }
    }

    /// > If the computed lifetime is greater than the default lifetime, then the server uses the computed lifetime
    /// RFC 8656, section 7.2: no less than the default, no more than the maximum.
    func lifetime(asked: Lifetime?) -> TimeAmount {
        guard let asked else { return configuration.defaultLifetime }
        let wanted = TimeAmount.seconds(Int64(asked.seconds))
        return max(configuration.defaultLifetime, min(wanted, configuration.maximumLifetime))
    }
}
