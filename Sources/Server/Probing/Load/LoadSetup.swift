// SPDX-License-Identifier: Apache-2.0

import NIOCore
import STUNCodec
import TURNClient
import TURNRelay

/// Connects the clients of a load, some at a time, up to the channels.
struct LoadSetup: Sendable {
    let plan: LoadPlan
    /// Of each client by its number: with a secret, each has a user of its own, so that limits of users don't count.
    let connector: @Sendable (Int) throws -> ProbeConnector

    private static let atOnce = 16

    func connect() async throws -> [LoadPair] {
        let addresses = try await ProbeStepFailure.at(.dns) { try await connector(0).resolve() }
        let echoes = try await startEchoes(addresses)
        return try await withThrowingTaskGroup(of: LoadPair.self) { group in
            var pairs: [LoadPair] = []
            for number in 0..<plan.clients {
                if number >= Self.atOnce, let pair = try await group.next() { pairs.append(pair) }
                let echo = echoes.isEmpty ? nil : echoes[number % echoes.count]
                group.addTask { try await connectPair(number, addresses, echo: echo) }
            }
            for try await pair in group { pairs.append(pair) }
            return pairs
        }
    }

    private func connectPair(
        _ number: Int,
        _ addresses: [SocketAddress],
        echo: TransportAddress?
    ) async throws -> LoadPair {
        let (sender, here) = try await connectClient(number, addresses)
        var reflector: TURNConnection?
        var peer = echo
        if peer == nil {
            let (connection, there) = try await connectClient(number, addresses)
            (reflector, peer) = (connection, there)
        }
        let pair = LoadPair(
            sender: sender,
            reflector: reflector,
            senderPeer: peer ?? here,
            reflectorPeer: here,
            usesIndications: plan.usesIndications
        )
        try await ProbeStepFailure.at(.permission) { try await pair.permit() }
        try await ProbeStepFailure.at(.channel) { try await pair.bind() }
        return pair
    }

    /// - Returns: the connection and its relayed transport address.
    private func connectClient(
        _ number: Int,
        _ addresses: [SocketAddress]
    ) async throws -> (TURNConnection, TransportAddress) {
        let connector = try connector(number)
        let channel = try await ProbeStepFailure.at(.connect) { try await connector.connect(to: addresses) }
        if connector.uri.isSecure {
            _ = try await ProbeStepFailure.at(.tls) { try await connector.startTLS(on: channel) }
        }
        return try await ProbeStepFailure.at(.allocate) {
            // What the kernel does not take at once must not look like loss on the way.
            try await channel.setOption(.writeBufferWaterMark, value: .init(low: 1 << 20, high: 4 << 20)).get()
            let connection = try await connector.attachTURN(to: channel)
            return (connection, try await connection.allocate())
        }
    }

    // MARK: Echo servers

    /// As many as there are event loops: one socket would be a bottleneck of its own.
    private func startEchoes(_ addresses: [SocketAddress]) async throws -> [TransportAddress] {
        switch plan.peer {
        case .client: return []
        case .address(let address): return [address]
        case .echo: break
        }
        return try await ProbeStepFailure.at(.connect) {
            let host = try await echoHost(addresses)
            var echoes: [TransportAddress] = []
            for _ in 0..<min(plan.clients, System.coreCount) {
                let channel = try await EchoServer.listenUDP(host, largestDatagram: max(2048, plan.size))
                if let address = channel.localAddress.flatMap({ TransportAddress($0) }) { echoes.append(address) }
            }
            return echoes
        }
    }

    /// Where the relay reaches this machine: the address that the way to it begins at.
    private func echoHost(_ addresses: [SocketAddress]) async throws -> SocketAddress {
        let channel = try await connector(0).connect(to: addresses)
        defer { channel.close(promise: nil) }
        guard let local = channel.localAddress.flatMap({ TransportAddress($0) }) else {
            throw ProbeFailure(text: "no address for an echo server")
        }
        // Relayed addresses are IPv4 unless one asks otherwise, and a loopback has both families.
        if local.address == IPAddress("::1") { return try SocketAddress(ipAddress: "127.0.0.1", port: 0) }
        guard local.address.family == .ipv4 else {
            throw ProbeFailure(text: "the server is reached by IPv6: give an IPv4 echo server with --peer-address")
        }
        return try SocketAddress(TransportAddress(local.address, port: 0))
    }
}
