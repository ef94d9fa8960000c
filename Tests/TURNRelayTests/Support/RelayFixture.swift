// SPDX-License-Identifier: Apache-2.0

import Logging
import NIOCore
import NIOPosix
import STUNCodec
import TURNClient
import TURNCredentials

@testable import TURNRelay

/// A relay on a loopback port with two event loops, for as long as `body` runs.
func withRelay(
    _ configuration: RelayConfiguration = .patient,
    tokens: AccessTokenVerifier? = nil,
    _ body: (RelayServer, SocketAddress) async throws -> Void
) async throws {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
    let alice = try LongTermUser(name: "alice", password: "wonder", realm: Bench.realm)
    var realm = RealmConfiguration(users: UserDirectory([alice], realm: Bench.realm), secrets: [Bench.secret])
    realm.tokens = tokens
    let relay = try RelayServer(
        configuration: configuration,
        realms: RealmDirectory(default: realm),
        eventLoops: Array(group.makeIterator()),
        logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
    )
    let listener = try await ServerBootstrap(group: group)
        .childChannelInitializer { channel in
            channel.eventLoop.makeCompletedFuture { try relay.attach(to: channel, acceptedAt: .now()) }
        }
        .childChannelOption(.writeBufferWaterMark, value: .init(low: 8 * 1024, high: 32 * 1024))
        .bind(host: "127.0.0.1", port: 0).get()
    do {
        guard let address = listener.localAddress else { throw ChannelError.operationUnsupported }
        try await body(relay, address)
    } catch {
        try await group.shutdownGracefully()
        throw error
    }
    try await group.shutdownGracefully()
}

extension RelayConfiguration {
    /// For tests that are not about time: a busy machine must not make connections look idle.
    static var patient: RelayConfiguration {
        var configuration = RelayConfiguration()
        configuration.unauthenticatedTimeout = .minutes(5)
        return configuration
    }
}

func connect(
    to address: SocketAddress,
    credential: TURNCredential? = TURNCredential(username: "alice", password: "wonder")
) async throws -> TURNConnection {
    let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton).connect(to: address).get()
    return try await TURNConnection.attach(to: channel, credential: credential)
}

/// Two allocations with a channel to each other.
func connectPair(to address: SocketAddress) async throws -> (TURNConnection, TURNConnection) {
    let (one, other) = (try await connect(to: address), try await connect(to: address))
    let (here, there) = (try await one.allocate(), try await other.allocate())
    try await one.bind(ChannelNumber(rawValue: 0x4001), to: there)
    try await other.bind(ChannelNumber(rawValue: 0x4001), to: here)
    return (one, other)
}
