// SPDX-License-Identifier: Apache-2.0

import STUNCodec

/// An open relay as RFC 8656 describes one, in as few words as possible: lists that are searched from end to end, and
/// whole seconds. It was written from the RFC and docs/design.md, and shares nothing with the relay but the types of
/// addresses.
struct RelayModel {
    static let external = IPAddress(ipv4: 0x0505_0505)
    static let local = IPAddress(ipv4: 0x0A09_0909)
    static let ports: ClosedRange<UInt16> = 50_000...50_009
    static let allocationsPerUser = 2
    static let allocationsInTotal = 3
    static let permissionsPerAllocation = 3
    static let channelsPerAllocation = 3
    static let nonceLifetime = 600
    /// Three addresses of which one has two ports, one that is denied, and one of a family that nobody has.
    static let outside = [
        TransportAddress(IPAddress(ipv4: 0x0801_0101), port: 9),
        TransportAddress(IPAddress(ipv4: 0x0801_0101), port: 10),
        TransportAddress(IPAddress(ipv4: 0x0801_0102), port: 9),
        TransportAddress(IPAddress(ipv4: 0x0801_0103), port: 9),
        denied, otherFamily,
    ]
    static let denied = TransportAddress(IPAddress(ipv4: 0x0A00_0001), port: 9)
    static let otherFamily = TransportAddress(IPAddress(ipv6High: 0x2A00_0000_0000_0000, low: 1), port: 9)

    struct Connection {
        let client: Int
        var closesAt: Int
        var isAuthenticated = false
        var nonceIssuedAt: Int
        var lastDeletion: Int?
        var lastRequest: (ModelRequest, number: Int, nonceIssuedAt: Int)?
    }

    struct Allocation {
        let client: Int
        let user: ModelRequest.User
        let number: Int
        let relayed: TransportAddress
        let token: UInt64?
        var expiresAt: Int
        var permissions: [(peer: IPAddress, expiresAt: Int)] = []
        var channels: [(number: UInt16, peer: TransportAddress, expiresAt: Int)] = []
    }

    struct Reservation {
        let token: UInt64
        let port: UInt16
        let expiresAt: Int
        let client: Int
    }

    struct Refusal: Error {
        let code: Int
    }

    var now = 0
    var requestCount = 0
    var connections: [Connection] = []
    var allocations: [Allocation] = []
    var reservations: [Reservation] = []
    /// What clients were told last.
    var lastRelayed: [Int: TransportAddress] = [:]
    var lastToken: [Int: UInt64] = [:]

    var counts: ModelCounts {
        ModelCounts(
            clients: connections.count,
            allocations: allocations.count,
            addresses: allocations.count + reservations.count,
            sockets: Set(allocations.map { TransportAddress(Self.local, port: $0.relayed.port) })
        )
    }

    /// - Parameter actual: what the relay did. Which port it takes is for it to choose, among those that it may take.
    mutating func apply(_ event: ModelEvent, actual: ModelOutcome) -> ModelOutcome {
        switch event {
        case .connect(let client):
            guard connection(client) == nil else { return .nothing }
            connections.append(Connection(client: client, closesAt: now + 10, nonceIssuedAt: now))
            return .nothing
        case .disconnect(let client):
            connections.removeAll { $0.client == client }
            delete(client)
            return .nothing
        case .request(let client, let request):
            guard let index = connection(client) else { return .nothing }
            requestCount += 1
            connections[index].lastRequest = (resolved(request), requestCount, connections[index].nonceIssuedAt)
            return answer(index, actual)
        case .again(let client): return connection(client).map { answer($0, actual) } ?? .nothing
        case .send(let client, let peer): return send(client, to: address(of: peer))
        case .channelData(let client, let number): return channelData(client, number)
        case .datagram(let peer, let client):
            return allocations.first { $0.relayed == lastRelayed[client] }
                .map { deliver(to: $0.client, from: address(of: peer)) } ?? .nothing
        case .wait(let seconds): return wait(seconds)
        }
    }

    // MARK: Looking up

    func connection(_ client: Int) -> Int? { connections.firstIndex { $0.client == client } }

    func allocation(_ client: Int) -> Int? { allocations.firstIndex { $0.client == client } }

    func address(of peer: ModelPeer) -> TransportAddress {
        switch peer {
        case .outside(let index): Self.outside[index]
        case .address(let address): address
        case .relayed(let client, let isLocal):
            TransportAddress(
                isLocal ? Self.local : Self.external,
                port: lastRelayed[client]?.port ?? Self.ports.lowerBound
            )
        }
    }

    /// A relayed transport address is seen in its external form, however it was named.
    func seen(_ peer: TransportAddress) -> TransportAddress {
        peer.address == Self.local ? TransportAddress(Self.external, port: peer.port) : peer
    }

    /// Clients and tokens replaced by what they are now.
    func resolved(_ request: ModelRequest) -> ModelRequest {
        var request = request
        switch request.method {
        case .allocate(let transport, let lifetime, .reserved(let client)):
            request.method = .allocate(transport: transport, lifetime: lifetime, .token(lastToken[client] ?? 0))
        case .createPermission(let peers): request.method = .createPermission(peers.map { .address(address(of: $0)) })
        case .channelBind(let number, let peer): request.method = .channelBind(number, .address(address(of: peer)))
        case .allocate, .refresh: break
        }
        return request
    }

    // MARK: Time

    mutating func wait(_ seconds: Int) -> ModelOutcome {
        now += seconds
        reservations.removeAll { $0.expiresAt <= now }
        for allocation in allocations where allocation.expiresAt <= now { end(allocation.client) }
        let closed = connections.filter { allocation($0.client) == nil && $0.closesAt <= now }.map(\.client)
        connections.removeAll { closed.contains($0.client) }
        return .closed(closed.sorted())
    }

    /// The allocation is over, the connection is not.
    mutating func end(_ client: Int) {
        delete(client)
        if let index = connection(client) { connections[index].closesAt = now + 60 }
    }

    mutating func delete(_ client: Int) {
        allocations.removeAll { $0.client == client }
        reservations.removeAll { $0.client == client }
    }

    // MARK: Data

    func isPermitted(_ peer: IPAddress, _ allocation: Allocation) -> Bool {
        allocation.permissions.contains { $0.peer == peer && $0.expiresAt > now }
    }

    func send(_ client: Int, to peer: TransportAddress) -> ModelOutcome {
        guard let index = allocation(client), isPermitted(seen(peer).address, allocations[index]) else {
            return .nothing
        }
        return forward(from: allocations[index], to: seen(peer))
    }

    func channelData(_ client: Int, _ number: UInt16) -> ModelOutcome {
        guard let index = allocation(client),
            let channel = allocations[index].channels.first(where: { $0.number == number && $0.expiresAt > now })
        else { return .nothing }
        return forward(from: allocations[index], to: channel.peer)
    }

    func forward(from sender: Allocation, to peer: TransportAddress) -> ModelOutcome {
        guard peer.address == Self.external else { return .toPeer(peer, from: sender.relayed) }
        guard let receiver = allocations.first(where: { $0.relayed == peer }) else { return .nothing }
        return deliver(to: receiver.client, from: sender.relayed)
    }

    func deliver(to client: Int, from peer: TransportAddress) -> ModelOutcome {
        guard let index = allocation(client) else { return .nothing }
        let channel = allocations[index].channels.first { $0.peer == peer && $0.expiresAt > now }
        guard channel != nil || isPermitted(peer.address, allocations[index]) else { return .nothing }
        return .toClient(client, from: peer, channel: channel?.number)
    }
}
