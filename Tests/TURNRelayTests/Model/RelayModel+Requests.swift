// SPDX-License-Identifier: Apache-2.0

import STUNCodec

extension RelayModel {
    mutating func answer(_ index: Int, _ actual: ModelOutcome) -> ModelOutcome {
        guard let (request, number, nonceIssuedAt) = connections[index].lastRequest else { return .nothing }
        guard request.user != .impostor else { return .error(401) }
        guard now - nonceIssuedAt < Self.nonceLifetime else {
            connections[index].nonceIssuedAt = now
            return .error(438)
        }
        if !connections[index].isAuthenticated {
            connections[index].isAuthenticated = true
            connections[index].closesAt = now + 60
        }
        let client = connections[index].client
        do throws(Refusal) {
            switch request.method {
            case .allocate(let transport, let lifetime, let port):
                return try allocate(client, request.user, number, transport, lifetime, port, actual)
            case .refresh(let lifetime): return try refresh(client, request.user, number, lifetime)
            case .createPermission(let peers):
                try createPermission(client, request.user, peers.map { seen(address(of: $0)) })
            case .channelBind(let channel, let peer):
                try bind(client, request.user, channel, seen(address(of: peer)))
            }
            return .success(lifetime: nil)
        } catch {
            return .error(error.code)
        }
    }

    // MARK: Section 7.2

    mutating func allocate(
        _ client: Int,
        _ user: ModelRequest.User,
        _ number: Int,
        _ transport: UInt8?,
        _ lifetime: UInt32?,
        _ port: ModelPort,
        _ actual: ModelOutcome
    ) throws(Refusal) -> ModelOutcome {
        if let index = allocation(client) {
            let old = allocations[index]
            guard old.number == number, old.user == user else { throw Refusal(code: 437) }
            return .allocated(lifetime: old.expiresAt - now, old.relayed, token: old.token)
        }
        guard let transport else { throw Refusal(code: 400) }
        guard transport == 17 else { throw Refusal(code: 442) }
        guard allocations.count(where: { $0.user == user }) < Self.allocationsPerUser else { throw Refusal(code: 486) }
        guard allocations.count < Self.allocationsInTotal else { throw Refusal(code: 508) }
        let choices = choices(for: port)
        guard !choices.isEmpty else { throw Refusal(code: 508) }
        // Any of the choices would do; where the relay took none of them, the first is what it should have taken.
        var relayed = TransportAddress(Self.external, port: choices[0])
        var token: UInt64?
        if case .allocated(_, let address, let given) = actual {
            if address.address == Self.external, choices.contains(address.port) { relayed = address }
            token = given
        }
        if case .token(let used) = port { reservations.removeAll { $0.token == used } }
        if case .evenWithNextReserved = port {
            token = token ?? 0
            reservations.append(
                Reservation(token: token ?? 0, port: relayed.port + 1, expiresAt: now + 30, client: client)
            )
        } else {
            token = nil
        }
        let granted = granted(lifetime)
        allocations.append(
            Allocation(
                client: client,
                user: user,
                number: number,
                relayed: relayed,
                token: token,
                expiresAt: now + granted
            )
        )
        lastRelayed[client] = relayed
        if let token { lastToken[client] = token }
        return .allocated(lifetime: granted, relayed, token: token)
    }

    func choices(for port: ModelPort) -> [UInt16] {
        let used = allocations.map(\.relayed.port) + reservations.map(\.port)
        let free = Self.ports.filter { !used.contains($0) }
        switch port {
        case .any: return free
        case .even: return free.filter { $0 % 2 == 0 }
        case .evenWithNextReserved: return free.filter { $0 % 2 == 0 && free.contains($0 + 1) }
        case .token(let token): return reservations.filter { $0.token == token && $0.expiresAt > now }.map(\.port)
        case .reserved: return []
        }
    }

    /// Ten minutes, or what was asked for when that is more, or an hour when that is less.
    func granted(_ asked: UInt32?) -> Int {
        max(600, min(Int(asked ?? 0), 3600))
    }

    // MARK: Section 8.2

    func owned(_ client: Int, by user: ModelRequest.User) throws(Refusal) -> Int {
        guard let index = allocation(client) else { throw Refusal(code: 437) }
        guard allocations[index].user == user else { throw Refusal(code: 441) }
        return index
    }

    mutating func refresh(
        _ client: Int,
        _ user: ModelRequest.User,
        _ number: Int,
        _ lifetime: UInt32?
    ) throws(Refusal) -> ModelOutcome {
        guard let connection = connection(client) else { return .nothing }
        if lifetime == 0, allocation(client) == nil, connections[connection].lastDeletion == number {
            return .success(lifetime: 0)
        }
        let index = try owned(client, by: user)
        guard lifetime != 0 else {
            end(client)
            connections[connection].lastDeletion = number
            return .success(lifetime: 0)
        }
        allocations[index].expiresAt = now + granted(lifetime)
        return .success(lifetime: granted(lifetime))
    }

    // MARK: Section 10.2

    mutating func createPermission(
        _ client: Int,
        _ user: ModelRequest.User,
        _ peers: [TransportAddress]
    ) throws(Refusal) {
        let index = try owned(client, by: user)
        guard !peers.isEmpty else { throw Refusal(code: 400) }
        for peer in peers { try check(peer) }
        try install(peers.map(\.address), index)
    }

    func check(_ peer: TransportAddress) throws(Refusal) {
        guard peer.address.family == .ipv4 else { throw Refusal(code: 443) }
        guard peer != Self.denied else { throw Refusal(code: 403) }
    }

    mutating func install(_ peers: [IPAddress], _ index: Int) throws(Refusal) {
        var permissions = allocations[index].permissions.filter { $0.expiresAt > now && !peers.contains($0.peer) }
        for peer in Set(peers) { permissions.append((peer, now + 300)) }
        guard permissions.count <= Self.permissionsPerAllocation else { throw Refusal(code: 508) }
        allocations[index].permissions = permissions
    }

    // MARK: Section 12.2

    mutating func bind(
        _ client: Int,
        _ user: ModelRequest.User,
        _ number: UInt16,
        _ peer: TransportAddress
    ) throws(Refusal) {
        let index = try owned(client, by: user)
        guard number >= 0x4000, number <= 0x7FFF else { throw Refusal(code: 400) }
        try check(peer)
        var channels = allocations[index].channels.filter { $0.expiresAt > now }
        for channel in channels where (channel.number == number) != (channel.peer == peer) { throw Refusal(code: 400) }
        channels.removeAll { $0.number == number }
        guard channels.count < Self.channelsPerAllocation else { throw Refusal(code: 508) }
        try install([peer.address], index)
        allocations[index].channels = channels + [(number, peer, now + 600)]
    }
}
