// SPDX-License-Identifier: Apache-2.0

import Logging
import NIOCore
import NIOPosix
import NIOWebSocket

@testable import SignalHub

/// A `SignalServer` on a loopback socket whose connections are spread over two event loops. There is no HTTP: both sides
/// speak WebSocket frames from the first byte.
struct LoopbackServer {
    let server: SignalServer
    let sessions: RecordedSessions
    private let listener: any Channel
    private let group: MultiThreadedEventLoopGroup

    /// Runs a test with a server, and checks that nothing of it is left.
    static func run(
        _ configure: (inout SignalLimits) -> Void = { _ in },
        _ body: (LoopbackServer) async throws -> Void
    ) async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        var limits = SignalLimits()
        configure(&limits)
        let loopback = try await LoopbackServer(limits: limits, group: group)
        do {
            try await body(loopback)
        } catch {
            try await loopback.shutdown()
            throw error
        }
        try await loopback.shutdown()
    }

    private init(limits: SignalLimits, group: MultiThreadedEventLoopGroup) async throws {
        let sessions = RecordedSessions()
        let logger = Logger(label: "test") { _ in sessions.handler }
        let server = SignalServer(
            eventLoop: group.next(),
            limits: limits,
            iceServers: { peerID, room in
                let server = ICEServer(urls: ["turns:turn.test"], username: peerID, credential: room)
                return ICEServerOffer(servers: [server], transportPolicy: "relay", lifetime: 60)
            },
            logger: logger
        )
        self.server = server
        self.sessions = sessions
        self.group = group
        listener = try await ServerBootstrap(group: group)
            .childChannelOption(.socketOption(.so_sndbuf), value: 8192)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    let decoder = WebSocketFrameDecoder(maxFrameSize: server.maximumFrameSize)
                    try pipeline.addHandler(WebSocketFrameEncoder())
                    try pipeline.addHandler(ByteToMessageHandler(decoder))
                    try pipeline.addHandler(AttachWhenActive(server: server))
                }
            }
            .bind(host: "127.0.0.1", port: 0)
            .get()
    }

    private func shutdown() async throws {
        await server.stop()
        try await listener.close()
        try await group.shutdownGracefully()
    }

    func connect(answeringPings: Bool = true) async throws -> LoopbackClient {
        let inbox = AsyncStream.makeStream(of: LoopbackClient.Received.self)
        let channel = try await ClientBootstrap(group: group)
            .channelOption(.socketOption(.so_rcvbuf), value: 8192)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    let decoder = WebSocketFrameDecoder(maxFrameSize: 1 << 20)
                    try pipeline.addHandler(ByteToMessageHandler(decoder))
                    let collector = LoopbackCollector(inbox: inbox.continuation, answersPings: answeringPings)
                    try pipeline.addHandler(collector)
                }
            }
            .connect(to: listener.localAddress!)
            .get()
        return LoopbackClient(channel: channel, stream: inbox.stream)
    }
}

/// What the HTTP upgrade does in the real server: the channel is active when the member is attached.
private final class AttachWhenActive: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame

    private let server: SignalServer

    init(server: SignalServer) {
        self.server = server
    }

    func channelActive(context: ChannelHandlerContext) {
        do {
            try server.attach(to: context.channel, remoteAddress: context.remoteAddress?.ipAddress ?? "")
        } catch {
            context.close(promise: nil)
        }
        context.fireChannelActive()
    }
}

/// Keeps the lines about ended sessions.
struct RecordedSessions: Sendable {
    let ended: AsyncStream<Logger.Metadata>
    let handler: Handler

    init() {
        let (stream, continuation) = AsyncStream.makeStream(of: Logger.Metadata.self)
        ended = stream
        handler = Handler(continuation: continuation)
    }

    struct Handler: LogHandler {
        let continuation: AsyncStream<Logger.Metadata>.Continuation
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.info

        init(continuation: AsyncStream<Logger.Metadata>.Continuation) {
            self.continuation = continuation
        }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            guard "\(event.message)" == "signaling session ended" else { return }
            continuation.yield(event.metadata ?? [:])
        }
    }
}
