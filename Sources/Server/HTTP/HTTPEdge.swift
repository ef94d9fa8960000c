// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import NIOHTTPCompression
import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import NIOWebSocket
import STUNCodec
import SignalHub

/// Serves HTTP and WebSocket on connections that the classifier hands over.
final class HTTPEdge: Sendable {
    typealias Connection = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

    private enum Upgrade: Sendable {
        case socket
        case plain
    }

    private let http: HTTP1Channel
    private let redirect: HTTP1Channel
    private let signaling: SignalServer
    private let origins: OriginPolicy
    private let logger: Logger
    private let budget = ConnectionBudget(total: 8192, perAddress: 512)
    private let connections: AsyncStream<(Connection, isSecure: Bool)>
    private let newConnection: AsyncStream<(Connection, isSecure: Bool)>.Continuation

    /// An idle connection is kept this long for further requests.
    private static let idleTimeout = Duration.seconds(60)

    init(
        responder: RouterResponder<BasicRequestContext>,
        signaling: SignalServer,
        origins: OriginPolicy,
        logger: Logger
    ) {
        self.signaling = signaling
        self.origins = origins
        self.logger = logger
        http = HTTP1Channel(responder: { request, writer, channel in
            let context = BasicRequestContext(source: ApplicationRequestContextSource(channel: channel, logger: logger))
            // Errors with a status of their own are responses by now: `SecurityHeaders` is the outermost middleware.
            let answer = try? await responder.respond(to: request, context: context)
            let response = answer ?? Response(status: .internalServerError)
            try await writer.write(response: response.head, body: response.body)
        })
        redirect = HTTP1Channel(responder: { request, writer, channel in
            let response = Routes.redirect(request)
            try await writer.write(response: response.head, body: response.body)
            // The answer says so, and the next request would get no other.
            channel.close(promise: nil)
        })
        (connections, newConnection) = AsyncStream.makeStream()
    }

    /// Answers requests until the task is cancelled, which ends the connections too.
    func run() async {
        await withDiscardingTaskGroup { group in
            for await (connection, isSecure) in connections {
                group.addTask {
                    await (isSecure ? self.http : self.redirect).handle(value: connection, logger: self.logger)
                }
            }
            group.cancelAll()
        }
    }

    // MARK: Pipelines

    /// Bytes that arrive in the pipeline are HTTP and may become a WebSocket.
    func attach(to connection: ClientConnection) throws {
        let address = "\(connection.address.address.limitGroup)"
        let upgrader = NIOTypedWebSocketServerUpgrader<Upgrade>(
            maxFrameSize: signaling.maximumFrameSize,
            enableAutomaticErrorHandling: false,
            shouldUpgrade: { channel, _ in channel.eventLoop.makeSucceededFuture([:]) },
            upgradePipelineHandler: { channel, _ in
                channel.eventLoop.makeCompletedFuture {
                    try self.signaling.attach(to: channel, remoteAddress: address)
                    return .socket
                }
            }
        )
        let configuration = NIOUpgradableHTTPServerPipelineConfiguration<Upgrade>(
            upgradeConfiguration: .init(upgraders: [upgrader]) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try self.addRequestHandlers(to: channel, isSecure: true)
                    return .plain
                }
            }
        )
        try admit(connection)
        let channel = connection.channel
        let pipeline = channel.pipeline.syncOperations
        let upgrade = try pipeline.configureUpgradableHTTPServerPipeline(configuration: configuration)
        let upgradeHandler = try pipeline.handler(type: NIOTypedHTTPServerUpgradeHandler<Upgrade>.self)
        try pipeline.addHandler(
            RequestFilter(admitsUpgrade: { self.admitsUpgrade($0) }),
            position: .before(upgradeHandler)
        )
        let httpGuard = HTTPGuard()
        try pipeline.addHandler(httpGuard)
        upgrade.assumeIsolated().whenComplete { result in
            httpGuard.headArrived()
            if case .failure = result { channel.close(promise: nil) }
        }
    }

    /// Bytes that arrive in the pipeline are HTTP without TLS.
    func attachRedirect(to connection: ClientConnection) throws {
        try admit(connection)
        let channel = connection.channel
        try channel.pipeline.syncOperations.configureHTTPServerPipeline()
        try channel.pipeline.syncOperations.addHandler(HTTPGuard())
        try addRequestHandlers(to: channel, isSecure: false)
    }

    /// Takes a place for as long as the connection lasts.
    private func admit(_ connection: ClientConnection) throws {
        let address = connection.address.address.limitGroup
        guard budget.enter(address) else { throw ChannelError.ioOnClosedChannel }
        connection.channel.closeFuture.whenComplete { [budget] _ in budget.leave(address) }
    }

    private func addRequestHandlers(to channel: any Channel, isSecure: Bool) throws {
        let pipeline = channel.pipeline.syncOperations
        if isSecure {
            try pipeline.addHandler(HTTPResponseCompressor(responseCompressionPredicate: Self.compresses))
        }
        try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: isSecure))
        try pipeline.addHandler(HTTPConnectionStateHandler(idleTimeout: Self.idleTimeout, logger: logger))
        let connection = try Connection(
            wrappingChannelSynchronously: channel,
            configuration: .init(isOutboundHalfClosureEnabled: true)
        )
        guard case .enqueued = newConnection.yield((connection, isSecure)) else {
            // The server stops. NIO traps when a wrapped channel is dropped without having been closed this way.
            Task { try? await connection.executeThenClose { _, _ in } }
            return
        }
    }

    /// - Parameter isWanted: whether the client accepts compression.
    private static func compresses(
        _ head: inout HTTPResponseHead,
        _ isWanted: Bool
    ) -> HTTPResponseCompressor.CompressionIntent {
        let isCompressible = head.headers.contains(name: CompressionMark.name)
        head.headers.remove(name: CompressionMark.name)
        guard isCompressible, isWanted else { return .doNotCompress }
        // The compressor keeps the length of what it was given.
        head.headers.remove(name: "content-length")
        return .compressIfPossible
    }

    // MARK: WebSocket

    /// RFC 6455, section 4.2.1, from the own origin or a configured one.
    private func admitsUpgrade(_ head: HTTPRequestHead) -> Bool {
        let key = head.headers.first(name: "sec-websocket-key").flatMap { Data(base64Encoded: $0) }
        guard key?.count == 16, head.headers["sec-websocket-version"] == ["13"] else { return false }
        let path = head.uri.split(separator: "?", maxSplits: 1).first.map(String.init)
        return head.method == .GET && head.version.knowsUpgrades && path == Routes.socketPath
            && origins.admits(origin: head.headers.first(name: "origin"), host: head.headers.first(name: "host"))
    }
}
