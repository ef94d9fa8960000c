// SPDX-License-Identifier: Apache-2.0

import Logging
import NIOCore
import NIOPosix
import STUNCodec
import Testing

@testable import Server

/// The sockets of a listener and of its connections.
struct PortListenerTests {
    /// TCP_NOTSENT_LOWAT.
    private static let notSentLowWater = ChannelOptions.Types.SocketOption(level: .tcp, name: .init(rawValue: 25))

    /// A listener that redirects HTTP, for as long as `body` runs.
    private func withListener(
        attachRedirect: @escaping @Sendable (ClientConnection) throws -> Void = { _ in },
        _ body: (any Channel) async throws -> Void
    ) async throws {
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let listener = PortListener(group: MultiThreadedEventLoopGroup.singleton, proxies: [], logger: logger)
        let routes = ConnectionRoutes(
            rolesInsideTLS: [],
            plainRoles: .all,
            attachTLS: { _ in },
            attachTURN: { _, _, _ in },
            attachWeb: { _ in },
            attachRedirect: attachRedirect
        )
        let address = ListenAddress(TransportAddress(IPAddress(ipv4: 0x7F00_0001), port: 0))
        let channel = try await listener.listen(on: address, routes: routes)
        do {
            try await body(channel)
        } catch {
            try await channel.close()
            throw error
        }
        try await channel.close()
    }

    /// Without it one that has no descriptors to accept with is readable, and tries, all the time.
    @Test func `a listener waits after it could not accept`() async throws {
        try await withListener { listener in
            try await listener.eventLoop.submit {
                _ = try listener.pipeline.syncOperations.handler(type: AcceptBackoffHandler.self)
            }.get()
        }
    }

    /// It drops nothing that waits: a small share for the kernel would only slow it down.
    @Test func `a connection of the web keeps the system's low-water mark`() async throws {
        let promise = MultiThreadedEventLoopGroup.singleton.next().makePromise(of: Int.self)
        try await withListener { client in
            let value = try client.channel.syncOptions?.getOption(Self.notSentLowWater)
            promise.succeed(value.map { Int($0) } ?? -1)
        } _: { listener in
            let address = try #require(listener.localAddress)
            // Sent on its event loop: the listener closes what is silent for 10 s, and a test may wait as long for its thread.
            let client = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connect(to: address)
                .flatMap { client in
                    client.closeFuture.whenComplete { _ in promise.fail(ChannelError.ioOnClosedChannel) }
                    return client.writeAndFlush(ByteBuffer(string: "GET / HTTP/1.1\r\n\r\n")).map { client }
                }
                .get()
            #expect(try await promise.futureResult.get() == 0)
            try await client.close()
        }
    }
}
