// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec
import TestSupport

@testable import TURNRelay

/// Two loops' relays that the events of a model happen to: clients with even numbers are of one, others of the other.
struct ModelledRelays {
    private struct Peer {
        let client: TestClient
        var lastRequest: [UInt8]?
    }

    private let benches: [Bench]
    private var peers: [Int: Peer] = [:]

    init(seed: UInt64) throws {
        var configuration = RelayConfiguration()
        let host = RelayAddress(RelayModel.local, external: RelayModel.external)
        configuration.mode = .open([host], ports: RelayModel.ports)
        configuration.permissionsPerAllocation = RelayModel.permissionsPerAllocation
        configuration.channelsPerAllocation = RelayModel.channelsPerAllocation
        var realm = try Bench.realmConfiguration()
        realm.peerRules = PeerRules(hostAddresses: HostAddresses([RelayModel.local, RelayModel.external]))
        realm.allocationsPerUser = RelayModel.allocationsPerUser
        realm.allocationsInTotal = RelayModel.allocationsInTotal
        let directory = RelayedAddressDirectory(configuration.mode)
        let realms = RealmDirectory(default: realm)
        benches = try (0..<2).map { loop in
            let random = SplitMix(state: seed &* 2 &+ UInt64(loop))
            return try Bench(configuration, loop: loop, directory: directory, realms: realms, random: random)
        }
    }

    private func bench(of client: Int) -> Bench { benches[client % 2] }

    var counts: ModelCounts {
        ModelCounts(
            clients: benches.map(\.relay.clientCount).reduce(0, +),
            allocations: benches[0].quota.totalInUse,
            addresses: benches[0].directory.count,
            sockets: Set(benches.flatMap(\.sockets.open.values))
        )
    }

    /// - Parameter model: before the event: it knows which address a peer is.
    mutating func apply(_ event: ModelEvent, _ model: RelayModel) throws -> ModelOutcome {
        switch event {
        case .connect(let number):
            if peers[number] == nil { peers[number] = Peer(client: bench(of: number).connect()) }
            return .nothing
        case .disconnect(let number):
            guard let peer = peers.removeValue(forKey: number) else { return .nothing }
            bench(of: number).relay.disconnect(peer.client.id, at: bench(of: number).now.uptime)
            return .nothing
        case .request(let number, let request):
            guard let client = peers[number]?.client else { return .nothing }
            let bytes = try bytes(of: model.resolved(request), client, bench(of: number))
            peers[number]?.lastRequest = bytes
            return try answer(to: bytes, number)
        case .again(let number):
            guard let bytes = peers[number]?.lastRequest else { return .nothing }
            return try answer(to: bytes, number)
        case .send(let number, let peer): return try send(number, to: model.address(of: peer))
        case .channelData(let number, let channel): return try channelData(number, ChannelNumber(rawValue: channel))
        case .datagram(let peer, let number):
            guard let relayed = model.lastRelayed[number] else { return .nothing }
            return datagram(from: model.address(of: peer), to: TransportAddress(RelayModel.local, port: relayed.port))
        case .wait(let seconds): return wait(seconds)
        }
    }

    // MARK: Requests

    private func bytes(of request: ModelRequest, _ client: TestClient, _ bench: Bench) throws -> [UInt8] {
        switch request.user {
        case .alice: client.credential = .alice
        case .bob: client.credential = .bob
        case .impostor: client.credential = Credential(username: "alice", password: "builder")
        }
        let (method, values) = Self.attributes(of: request.method)
        return try client.request(method, bench.transactionID(), values)
    }

    private static func attributes(
        of method: ModelRequest.Method
    ) -> (STUNCodec.Method, [any STUNAttributeValue]) {
        var values: [any STUNAttributeValue] = []
        switch method {
        case .allocate(let transport, let lifetime, let port):
            if let transport { values.append(RequestedTransport(protocolNumber: transport)) }
            if let lifetime { values.append(Lifetime(seconds: lifetime)) }
            switch port {
            case .even: values.append(EvenPort(reserveNext: false))
            case .evenWithNextReserved: values.append(EvenPort(reserveNext: true))
            case .token(let token): values.append(ReservationToken(value: token))
            case .any, .reserved: break
            }
            return (.allocate, values)
        case .refresh(let lifetime): return (.refresh, lifetime.map { [Lifetime(seconds: $0)] } ?? [])
        case .createPermission(let peers): return (.createPermission, peers.map(attribute))
        case .channelBind(let channel, let peer):
            return (.channelBind, [ChannelNumber(rawValue: channel), attribute(peer)])
        }
    }

    private static func attribute(_ peer: ModelPeer) -> XORPeerAddress {
        guard case .address(let address) = peer else { preconditionFailure("a peer without an address") }
        return XORPeerAddress(address: address)
    }

    private func answer(to bytes: [UInt8], _ number: Int) throws -> ModelOutcome {
        guard let client = peers[number]?.client else { return .nothing }
        let bench = bench(of: number)
        let answer = try Answer(bench.send(bytes, from: client))
        if answer.error == 438 { bench.renewNonce(of: client) }
        if let code = answer.error { return .error(code) }
        let lifetime = try answer.value(Lifetime.self).map { Int($0.seconds) }
        guard let relayed = try answer.value(XORRelayedAddress.self)?.address else {
            return .success(lifetime: lifetime)
        }
        return .allocated(lifetime: lifetime ?? -1, relayed, token: try answer.value(ReservationToken.self)?.value)
    }

    // MARK: Data

    private func send(_ number: Int, to peer: TransportAddress) throws -> ModelOutcome {
        guard let client = peers[number]?.client else { return .nothing }
        var writer = STUNMessageWriter(
            type: MessageType(.send, .indication),
            transactionID: bench(of: number).transactionID()
        )
        writer.append(XORPeerAddress(address: peer))
        writer.append(.data, bytes: [1, 2, 3])
        guard case .forward(_, let route, _) = bench(of: number).send(writer.bytes, from: client) else {
            return .nothing
        }
        return follow(route)
    }

    private func channelData(_ number: Int, _ channel: ChannelNumber) throws -> ModelOutcome {
        let bench = bench(of: number)
        guard let client = peers[number]?.client,
            case .forward(let route) = bench.relay.route(channel: channel, from: client.id, at: bench.now.uptime)
        else { return .nothing }
        return follow(route)
    }

    private func follow(_ route: Route) -> ModelOutcome {
        switch route {
        case .allocation(let passage): return deliver(passage)
        case .peer(let peer, let socket):
            let address = benches[Int(socket.loop)].sockets.open[socket]
            return .toPeer(peer, from: TransportAddress(RelayModel.external, port: address?.port ?? 0))
        }
    }

    private func datagram(from peer: TransportAddress, to local: TransportAddress) -> ModelOutcome {
        for sockets in benches.map(\.sockets) {
            guard let socket = sockets.open.first(where: { $0.value == local })?.key,
                let owner = sockets.owners[socket]
            else { continue }
            return deliver(Passage(target: owner, source: peer))
        }
        return .nothing
    }

    private func deliver(_ passage: Passage) -> ModelOutcome {
        let loop = passage.target.loop
        switch benches[loop].relay.deliver(passage, at: benches[loop].now.uptime) {
        case .channelData(let id, let channel):
            return .toClient(number(of: id, loop), from: passage.source, channel: channel.rawValue)
        case .dataIndication(let id): return .toClient(number(of: id, loop), from: passage.source, channel: nil)
        case .drop: return .nothing
        }
    }

    private func number(of id: ClientID, _ loop: Int) -> Int {
        peers.first { $0.key % 2 == loop && $0.value.client.id == id }?.key ?? -1
    }

    // MARK: Time

    private mutating func wait(_ seconds: Int) -> ModelOutcome {
        var closed: [Int] = []
        for (loop, bench) in benches.enumerated() {
            for case .close(let id, let reason) in bench.advance(.seconds(Int64(seconds))) {
                let number = number(of: id, loop)
                // As a transport does, when the connection is closed.
                bench.relay.disconnect(id, at: bench.now.uptime)
                peers[number] = nil
                closed.append(number)
                assert(reason == .unallocated || reason == .unauthenticated)
            }
        }
        return .closed(closed.sorted())
    }
}
