// SPDX-License-Identifier: Apache-2.0

import Logging
import NIOCore
import NIOPosix
import STUNCodec
import TURNClient
import TURNCredentials
import TestSupport
import Testing

@testable import TURNRelay

/// A relay on a loopback port with two event loops, for as long as `body` runs.
func withRelay(
    _ configuration: RelayConfiguration = .patient,
    tokens: AccessTokenVerifier? = nil,
    realm change: (inout RealmConfiguration) -> Void = { _ in },
    onCongestion: @escaping @Sendable (CongestionReport) -> Void = { _ in },
    _ body: (RelayServer, SocketAddress) async throws -> Void
) async throws {
    let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
    let alice = try LongTermUser(name: "alice", password: "wonder", realm: Bench.realm)
    var realm = RealmConfiguration(users: UserDirectory([alice], realm: Bench.realm), secrets: [Bench.secret])
    realm.peerRules.allow = [try IPNetwork("127.0.0.0/8"), try IPNetwork("::1")]
    realm.tokens = tokens
    change(&realm)
    let relay = try RelayServer(
        configuration: configuration,
        realms: RealmDirectory(default: realm),
        eventLoops: Array(group.makeIterator()),
        servesDatagrams: true,
        onCongestion: onCongestion,
        logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
    )
    let listener = try await ServerBootstrap(group: group)
        .childChannelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(RelayAttachment(relay))
            }
        }
        .bind(host: "127.0.0.1", port: 0).get()
    do {
        guard let address = listener.localAddress else { throw ChannelError.operationUnsupported }
        try await body(relay, address)
    } catch {
        await relay.stop()
        try await group.shutdownGracefully()
        throw error
    }
    await relay.stop()
    try await group.shutdownGracefully()
}

/// Makes each connection a client's.
final class RelayAttachment: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let relay: RelayServer

    init(_ relay: RelayServer) {
        self.relay = relay
    }

    func channelActive(context: ChannelHandlerContext) {
        do {
            let client = try #require(context.channel.remoteAddress.flatMap(TransportAddress.init))
            try relay.attach(to: context.channel, from: client, acceptedAt: .now())
        } catch {
            Issue.record(error)
        }
    }
}

extension RelayConfiguration {
    /// An open relay on loopback, which may reach peers there.
    static var open: RelayConfiguration {
        var configuration = patient
        let (ipv4, ipv6) = (IPAddress(ipv4: 0x7F00_0001), IPAddress(ipv6High: 0, low: 1))
        configuration.mode = .open([RelayAddress(ipv4), RelayAddress(ipv6)], ports: RelayMode.defaultPorts)
        return configuration
    }

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

func connectOverUDP(
    to address: TransportAddress,
    credential: TURNCredential? = TURNCredential(username: "alice", password: "wonder")
) async throws -> TURNConnection {
    let server = try SocketAddress(ipAddress: "\(address.address)", port: Int(address.port))
    let channel = try await DatagramBootstrap(group: MultiThreadedEventLoopGroup.singleton)
        .channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(DatagramAdapter(peer: server))
            }
        }
        .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 65_535))
        .connect(to: server).get()
    return try await TURNConnection.attach(to: channel, credential: credential, isDatagram: true)
}

/// Two allocations with a channel to each other.
func connectPair(to address: SocketAddress) async throws -> (TURNConnection, TURNConnection) {
    try await join(try await connect(to: address), try await connect(to: address))
}

/// Makes allocations, with a channel to each other.
func join(_ one: TURNConnection, _ other: TURNConnection) async throws -> (TURNConnection, TURNConnection) {
    let (here, there) = (try await one.allocate(), try await other.allocate())
    try await one.bind(ChannelNumber(rawValue: 0x4001), to: there)
    try await other.bind(ChannelNumber(rawValue: 0x4001), to: here)
    return (one, other)
}
