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

    private let responder: RouterResponder<EdgeRequestContext>
    /// For ports that serve TLS too, and for others.
    private let redirectHere: HTTP1Channel
    private let redirectElsewhere: HTTP1Channel
    private let metrics: HTTP1Channel
    private let admin: HTTP1Channel
    private let signaling: SignalServer
    private let origins: OriginPolicy
    private let logger: Logger
    let counters: EdgeCounters
    let assets: AssetCache
    let http2Connections = HTTP2Connections()
    let budget: ConnectionBudget
    /// Of Unix sockets, whose clients have no address.
    private let localBudget = ConnectionBudget(total: 64, perAddress: 64)
    private let connections: AsyncStream<(Connection, HTTP1Channel)>
    private let newConnection: AsyncStream<(Connection, HTTP1Channel)>.Continuation

    /// - Parameter port: where this server has https; nil when nowhere.
    init(
        responder: RouterResponder<EdgeRequestContext>,
        webRoot: String,
        signaling: SignalServer,
        origins: OriginPolicy,
        port: Int?,
        metrics: MetricsSource,
        admin: AdminAPI,
        counters: EdgeCounters,
        logger: Logger
    ) {
        self.responder = responder
        self.signaling = signaling
        self.origins = origins
        self.counters = counters
        self.logger = logger
        // Beside its members' WebSockets, a server has this many connections with their browsers.
        let (connections, perAddress) = (signaling.limits.connections, signaling.limits.connectionsPerAddress)
        budget = ConnectionBudget(total: connections + 6192, perAddress: perAddress + 412)
        assets = AssetCache(webRoot: webRoot) { path, _ in
            let context = EdgeRequestContext(source: .init(logger: logger, address: IPAddress(ipv4: 0)))
            let head = HTTPRequest(method: .get, scheme: "https", authority: nil, path: path)
            let request = Request(head: head, body: RequestBody(buffer: ByteBuffer()))
            guard let response = try? await responder.respond(to: request, context: context) else { return nil }
            return await BodyCollector.body(of: response).map { (response.head, $0) }
        }
        redirectHere = Self.redirect(toPort: nil, counters)
        redirectElsewhere = Self.redirect(toPort: port, counters)
        let route = MetricsRoute(source: metrics, token: nil)
        self.metrics = Self.site { request in
            let isKnown = request.method == .get && request.uri.path == MetricsRoute.path
            return isKnown ? await route.answer(request) : Response(status: .notFound)
        }
        self.admin = Self.site { request in
            let isKnown = request.uri.path.hasPrefix(AdminAPI.path)
            return isKnown ? await admin.answer(request, from: .socket) : AdminAPI.response(.unknownPath)
        }
        (self.connections, newConnection) = AsyncStream.makeStream()
    }

    /// Of a Unix socket.
    private static func site(_ answer: @escaping @Sendable (Request) async -> Response) -> HTTP1Channel {
        HTTP1Channel(responder: { request, writer, _ in
            let response = await answer(request)
            try await writer.write(response: response.head, body: response.body)
        })
    }

    /// What a client at an address gets.
    func site(for address: IPAddress) -> HTTP1Channel {
        HTTP1Channel(responder: { [responder, counters, logger] request, writer, _ in
            let context = EdgeRequestContext(source: .init(logger: logger, address: address))
            // Errors with a status of their own are responses by now: `SecurityHeaders` is the outermost middleware.
            let answer = try? await responder.respond(to: request, context: context)
            let response = answer ?? Response(status: .internalServerError)
            counters.count(EdgeCounters.Request(request.method, response.status))
            try await writer.write(response: response.head, body: response.body)
        })
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
        let site = site(for: connection.address.address)
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
                    try self.addRequestHandlers(to: channel, of: site, isSecure: true)
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
        try attachLocal(channel, to: metrics)
    }

    /// Bytes that arrive in the pipeline are HTTP of a program on this machine that looks after the server.
    func attachAdmin(to channel: any Channel) throws {
        try attachLocal(channel, to: admin)
    }

    private func attachLocal(_ channel: any Channel, to site: HTTP1Channel) throws {
        let address = IPAddress(ipv4: 0)
        guard localBudget.enter(address) else { throw ChannelError.connectPending }
        channel.closeFuture.whenComplete { [localBudget] _ in localBudget.leave(address) }
        try addPlainHandlers(to: channel, of: site)
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
