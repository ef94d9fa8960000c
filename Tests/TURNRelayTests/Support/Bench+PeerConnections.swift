// SPDX-License-Identifier: Apache-2.0

import STUNCodec
import TestSupport

@testable import TURNRelay

extension Bench {
    /// An open relay with TCP allocations.
    static func tcp(
        _ hosts: [RelayAddress] = [RelayAddress(OpenRelayTests.ipv4), RelayAddress(OpenRelayTests.ipv6)],
        loop: Int = 0,
        like other: Bench? = nil,
        _ change: (inout RelayConfiguration, inout RealmConfiguration) -> Void = { _, _ in }
    ) throws -> Bench {
        var configuration = RelayConfiguration()
        configuration.mode = .open(hosts, ports: 50_000...50_099)
        configuration.allowsTCPAllocations = true
        var realm = try Bench.realmConfiguration()
        change(&configuration, &realm)
        return try Bench(
            configuration,
            loop: loop,
            directory: other?.directory,
            realms: other?.realms ?? RealmDirectory(default: realm),
            connections: other?.connections ?? ConnectionRegistry()
        )
    }

    /// A client with a TCP allocation.
    func allocateTCP(_ credential: Credential = .alice) throws -> TestClient {
        let client = connect(credential)
        client.relayedAddress = try ask(.allocate, client, RequestedTransport.tcp).value(XORRelayedAddress.self)?
            .address
        return client
    }

    func handle(of client: TestClient) throws -> AllocationHandle {
        guard let handle = directory.resolve(try client.relayed, over: .tcp)?.handle else { throw Answer.NoAnswer() }
        return handle
    }

    /// Sends a Connect, which stays pending.
    func dial(_ peer: XORPeerAddress, _ client: TestClient) throws -> PeerDial {
        guard send(try client.request(.connect, transactionID(), [peer]), from: client) == .pending,
            let dial = sockets.dials.last
        else { throw Answer.NoAnswer() }
        return dial
    }

    func settle(_ dial: PeerDial, isConnected: Bool = true) {
        relay.settle(dial.connection, of: dial.allocation, isConnected: isConnected, at: now.uptime)
    }

    /// What has been sent to a client beside answers at once.
    func sent(to client: TestClient) -> [[UInt8]] {
        relay.takeDeferred().compactMap { work in
            guard case .send(let message, let id) = work, id == client.id else { return nil }
            return message
        }
    }

    /// The answer to the request of that was pending.
    func lateAnswer(to client: TestClient) throws -> Answer {
        guard let message = sent(to: client).last else { throw Answer.NoAnswer() }
        return try Answer(.respond(message))
    }

    /// A connection to a peer that waits for its ConnectionBind.
    func connect(_ client: TestClient, to peer: XORPeerAddress) throws -> ConnectionID {
        settle(try dial(peer, client))
        guard let id = try lateAnswer(to: client).value(ConnectionID.self) else { throw Answer.NoAnswer() }
        return id
    }

    func bind(_ id: ConnectionID, _ client: TestClient) throws -> RelayOutcome {
        send(try client.request(.connectionBind, transactionID(), [id]), from: client)
    }
}
