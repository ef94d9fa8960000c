// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec
import TURNCredentials

/// RFC 8656, section 7.2: receiving an Allocate request. The steps have the numbers they have there.
extension Relay {
    mutating func allocate(_ request: Request, with response: inout STUNMessageWriter) throws(RequestError) {
        // 2. One allocation for a 5-tuple. A retransmission is answered as the request was.
        if let existing = request.client.allocation {
            guard existing.transactionID == request.message.transactionID,
                existing.username == request.identity.username
            else { throw .allocationMismatch }
            return describe(existing, of: request, with: &response)
        }
        let even = try checkAllocate(request)
        let lifetime = request.bounded(lifetime(asked: try request.value(Lifetime.self)))
        try refuseWhileDraining()
        let allocation = try makeAllocation(for: request, even: even, lifetime: lifetime)
        request.client.allocation = allocation
        deadlines.update(request.client)
        describe(allocation, of: request, with: &response)
    }

    /// Steps 3 to 8: what the request asks for, refused where the closed relay has none of it.
    ///
    /// - Returns: whether an even port is asked for.
    private func checkAllocate(_ request: Request) throws(RequestError) -> Bool {
        // 3. REQUESTED-TRANSPORT is mandatory, and 17 (UDP) all there is.
        guard let transport = try request.value(RequestedTransport.self) else {
            throw .badRequest("REQUESTED-TRANSPORT is required")
        }
        guard transport.protocolNumber == 17 else { throw .unsupportedTransport }
        // 4. DONT-FRAGMENT holds by itself: nothing between two allocations here fragments.
        // 5. A reservation names a socket, which the closed relay has none of.
        let evenPort = try request.value(EvenPort.self)
        if request.has(.reservationToken) {
            guard evenPort == nil, !request.has(.requestedAddressFamily) else {
                throw .badRequest("RESERVATION-TOKEN excludes EVEN-PORT and REQUESTED-ADDRESS-FAMILY")
            }
            throw .insufficientCapacity
        }
        // 6. The family of all relayed addresses is that of the configured one.
        let family = try request.value(RequestedAddressFamily.self) ?? RequestedAddressFamily(family: .ipv4)
        guard family.family == directory.address.family else { throw .addressFamilyNotSupported }
        if let additional = try request.value(AdditionalAddressFamily.self) {
            guard additional.family == .ipv6, evenPort == nil, !request.has(.requestedAddressFamily) else {
                throw .badRequest("ADDITIONAL-ADDRESS-FAMILY is IPv6 alone")
            }
        }
        // 7. EVEN-PORT with R set wants the next port reserved.
        guard evenPort?.reserveNext != true else { throw .insufficientCapacity }
        return evenPort != nil
    }

    private func refuseWhileDraining() throws(RequestError) {
        guard isDraining else { return }
        guard let alternate = configuration.alternateServer else { throw .insufficientCapacity }
        throw .tryAlternate(alternate)
    }

    private mutating func makeAllocation(
        for request: Request,
        even: Bool,
        lifetime: TimeAmount
    ) throws(RequestError) -> Allocation {
        let client = request.client
        let credential = request.identity.credential
        switch client.realm.quota.acquire(user: credential.user) {
        case .userQuotaReached: throw .allocationQuotaReached
        case .serverFull: throw .insufficientCapacity
        case nil: break
        }
        let handle = AllocationHandle(loop: loop, client: client.id, serial: client.allocationCount)
        let entry = RelayedAddressDirectory.Entry(handle: handle, scope: credential.scope)
        guard let relayedAddress = directory.register(entry, even: even, using: &random) else {
            client.realm.quota.release(user: credential.user)
            throw .insufficientCapacity
        }
        client.allocationCount &+= 1
        return Allocation(
            handle: handle,
            relayedAddress: relayedAddress,
            identity: request.identity,
            keys: request.identity.keys,
            transactionID: request.message.transactionID,
            createdAt: request.now.uptime,
            expiresAt: request.now.uptime + lifetime
        )
    }

    private func describe(_ allocation: Allocation, of request: Request, with response: inout STUNMessageWriter) {
        let remaining = allocation.expiresAt - request.now.uptime
        response.append(XORRelayedAddress(address: allocation.relayedAddress))
        response.append(Lifetime(seconds: UInt32(clamping: remaining.nanoseconds / 1_000_000_000)))
        response.append(XORMappedAddress(address: request.client.address))
        // RFC 8656, section 7.2: the answer to ADDITIONAL-ADDRESS-FAMILY when only one family can be had.
        if request.has(.additionalAddressFamily) {
            response.append(AddressErrorCode(family: .ipv6, code: 440, reason: "Address Family not Supported"))
        }
    }

    /// > If the computed lifetime is greater than the default lifetime, then the server uses the computed lifetime
    /// RFC 8656, section 7.2: no less than the default, no more than the maximum.
    func lifetime(asked: Lifetime?) -> TimeAmount {
        guard let asked else { return configuration.defaultLifetime }
        let wanted = TimeAmount.seconds(Int64(asked.seconds))
        return max(configuration.defaultLifetime, min(wanted, configuration.maximumLifetime))
    }
}
