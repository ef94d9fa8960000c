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

    let http: HTTP1Channel
    /// For ports that serve TLS too, and for others.
    private let redirectHere: HTTP1Channel
    private let redirectElsewhere: HTTP1Channel
    private let metrics: HTTP1Channel
    private let signaling: SignalServer
    private let origins: OriginPolicy
    private let logger: Logger
    let counters: EdgeCounters
    let assets: AssetCache
    let secondVersion = HTTP2Connections()
    let budget: ConnectionBudget
    /// Of the socket for metrics, which have no address.
    private let localBudget = ConnectionBudget(total: 64, perAddress: 64)
    private let connections: AsyncStream<(Connection, HTTP1Channel)>
    private let newConnection: AsyncStream<(Connection, HTTP1Channel)>.Continuation

    /// - Parameter port: where this server has https; nil when nowhere.
    init(
        responder: RouterResponder<BasicRequestContext>,
        webRoot: String,
        signaling: SignalServer,
        origins: OriginPolicy,
        port: Int?,
        metrics: MetricsSource,
        counters: EdgeCounters,
        logger: Logger
    ) {
        self.signaling = signaling
        self.origins = origins
        self.counters = counters
        self.logger = logger
        // Beside its members' WebSockets, a server has this many connections with their browsers.
        let (connections, perAddress) = (signaling.limits.connections, signaling.limits.connectionsPerAddress)
        budget = ConnectionBudget(total: connections + 6192, perAddress: perAddress + 412)
        assets = AssetCache(webRoot: webRoot) { path, channel in
            let context = BasicRequestContext(source: ApplicationRequestContextSource(channel: channel, logger: logger))
            let head = HTTPRequest(method: .get, scheme: "https", authority: nil, path: path)
            let request = Request(head: head, body: RequestBody(buffer: ByteBuffer()))
            guard let response = try? await responder.respond(to: request, context: context) else { return nil }
            return await BodyCollector.body(of: response).map { (response.head, $0) }
        }
        http = HTTP1Channel(responder: { request, writer, channel in
            let context = BasicRequestContext(source: ApplicationRequestContextSource(channel: channel, logger: logger))
            // Errors with a status of their own are responses by now: `SecurityHeaders` is the outermost middleware.
            let answer = try? await responder.respond(to: request, context: context)
            let response = answer ?? Response(status: .internalServerError)
            counters.count(EdgeCounters.Request(request.method, response.status))
            try await writer.write(response: response.head, body: response.body)
        })
        redirectHere = Self.redirect(toPort: nil, counters)
        redirectElsewhere = Self.redirect(toPort: port, counters)
        let route = MetricsRoute(source: metrics, token: nil)
        self.metrics = HTTP1Channel(responder: { request, writer, _ in
            let isKnown = request.method == .get && request.uri.path == MetricsRoute.path
            let response = isKnown ? await route.answer(request) : Response(status: .notFound)
            try await writer.write(response: response.head, body: response.body)
        })
        (self.connections, newConnection) = AsyncStream.makeStream()
    }

    private static func redirect(toPort port: Int?, _ counters: EdgeCounters) -> HTTP1Channel {
        HTTP1Channel(responder: { request, writer, channel in
            let response = Routes.redirect(request, toPort: port)
            counters.count(EdgeCounters.Request(request.method, response.status))
            try await writer.write(response: response.head, body: response.body)
            // The answer says so, and the next request would get no other.
            channel.close(promise: nil)
        })
    }

    /// Answers requests until the task is cancelled, which ends the connections too.
    func run() async {
        await withDiscardingTaskGroup { group in
            for await (connection, site) in connections {
                group.addTask { await site.handle(value: connection, logger: self.logger) }
            }
            group.cancelAll()
        }
    }

    // MARK: Pipelines

    /// Bytes that arrive in the pipeline are HTTP/1.1 and may become a WebSocket.
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
                    try self.addRequestHandlers(to: channel, of: self.http, isSecure: true)
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
    ///
    /// - Parameter isHere: whether the port that they arrived at has https, too.
    func attachRedirect(to connection: ClientConnection, isHere: Bool) throws {
        try admit(connection)
        try addPlainHandlers(to: connection.channel, of: isHere ? redirectHere : redirectElsewhere)
    }

    /// Bytes that arrive in the pipeline are HTTP of a program on this machine that reads metrics.
    func attachMetrics(to channel: any Channel) throws {
        let address = IPAddress(ipv4: 0)
        guard localBudget.enter(address) else { throw ChannelError.connectPending }
        channel.closeFuture.whenComplete { [localBudget] _ in localBudget.leave(address) }
        try addPlainHandlers(to: channel, of: metrics)
    }

    private func addPlainHandlers(to channel: any Channel, of site: HTTP1Channel) throws {
        try channel.pipeline.syncOperations.configureHTTPServerPipeline()
        try channel.pipeline.syncOperations.addHandler(HTTPGuard())
        try addRequestHandlers(to: channel, of: site, isSecure: false)
    }

    /// Takes a place for as long as the connection lasts.
    func admit(_ connection: ClientConnection) throws {
        let address = connection.address.address.limitGroup
        guard budget.enter(address) else {
            counters.countRefusal(.http)
            throw ChannelError.ioOnClosedChannel
        }
        counters.changeHTTP(by: 1)
        connection.channel.closeFuture.whenComplete { [budget, counters] _ in
            budget.leave(address)
            counters.changeHTTP(by: -1)
        }
    }

    private func addRequestHandlers(to channel: any Channel, of site: HTTP1Channel, isSecure: Bool) throws {
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandler(IdleGuard())
        if isSecure { try pipeline.addHandler(AssetHandler(cache: assets, counters: counters)) }
        try addResponder(to: channel, of: site, isSecure: isSecure)
    }

    /// What is read in the channel from here on goes through the routes.
    func addResponder(to channel: any Channel, of site: HTTP1Channel, isSecure: Bool) throws {
        let pipeline = channel.pipeline.syncOperations
        if isSecure { try pipeline.addHandler(Self.compressor()) }
        try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: isSecure))
        let connection = try Connection(
            wrappingChannelSynchronously: channel,
            configuration: .init(isOutboundHalfClosureEnabled: true)
        )
        guard case .enqueued = newConnection.yield((connection, site)) else {
            // The server stops. NIO traps when a wrapped channel is dropped without having been closed this way.
            Task { try? await connection.executeThenClose { _, _ in } }
            return
        }
    }

    /// Compresses responses that have a ``CompressionMark``, and takes it off.
    static func compressor() -> HTTPResponseCompressor {
        HTTPResponseCompressor(responseCompressionPredicate: compresses)
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

extension EdgeCounters.Request {
    fileprivate init(_ method: HTTPRequest.Method, _ status: HTTPResponse.Status) {
        let known: Method =
            switch method {
            case .get: .get
            case .head: .head
            default: .other
            }
        self.init(method: known, statusClass: status.code / 100)
    }
}
