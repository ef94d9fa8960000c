// SPDX-License-Identifier: Apache-2.0

import Logging
import NIOCore
import OpenSSLTLS
import STUNCodec

/// The first handler of every connection, or the first behind its PROXY header: holds the first bytes back until they can be told apart, before TLS and
/// again inside it, sets the pipeline up for what they are, and leaves.
///
/// Browsers' TURN clients send no ALPN and may use the name of the web app, so nothing but the decrypted bytes decides.
final class ConnectionClassifier: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// From accept to the decision, TLS handshake included.
    static let timeout = TimeAmount.seconds(10)

    private let routes: ConnectionRoutes
    private var client: ClientConnection
    private let logger: Logger
    private let onEnd: @Sendable () -> Void
    /// What the client may do here.
    private var roles: ListenAddress.Roles
    private var buffer = ByteBuffer()
    private var deadline: Scheduled<Void>?
    private var isFinished = false
    private var hasShakenHands = false
    private var handshakeFailure = EdgeCounters.HandshakeFailure.closed
    private var fate = EdgeCounters.Fate.abandoned

    /// - Parameter onEnd: called once, when the connection is decided or gone. A TURN client is decided when it has
    ///   authenticated.
    init(
        routes: ConnectionRoutes,
        client: ClientConnection,
        logger: Logger,
        onEnd: @escaping @Sendable () -> Void
    ) {
        self.routes = routes
        self.client = client
        self.logger = logger
        self.onEnd = onEnd
        roles = client.isInsideTLS ? routes.rolesInsideTLS : routes.plainRoles
    }

    // MARK: Time

    func handlerAdded(context: ChannelHandlerContext) {
        deadline = context.eventLoop.assumeIsolated().scheduleTask(deadline: client.acceptedAt + Self.timeout) {
            self.fate = .silent
            self.handshakeFailure = .timeout
            self.close(context, "silent for too long")
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        deadline?.cancel()
        finish()
    }

    func channelInactive(context: ChannelHandlerContext) {
        finish()
        context.fireChannelInactive()
    }

    private func finish() {
        guard !isFinished else { return }
        isFinished = true
        routes.counters.count(fate)
        if client.isInsideTLS, !hasShakenHands { routes.counters.count(handshakeFailure) }
        onEnd()
    }

    // MARK: TLS

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if client.isInsideTLS, case .handshakeCompleted(let session)? = event as? TLSUserEvent {
            hasShakenHands = true
            routes.counters.count(session)
            guard session.alpn != TLSSession.validationProtocol else {
                fate = .validation
                return close(context, "was a CA that validates a name")
            }
            client.serverName = session.serverName
            client.applicationProtocol = session.alpn.flatMap(ApplicationProtocol.init)
            roles.formIntersection(client.applicationProtocol?.admittedRoles ?? .all)
        }
        context.fireUserInboundEventTriggered(event)
    }

    // MARK: Bytes

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isFinished else { return context.fireChannelRead(data) }
        var bytes = unwrapInboundIn(data)
        buffer.writeBuffer(&bytes)
        switch FirstBytes.verdict(on: buffer.readableBytesSpan) {
        case .needMore: break
        case let verdict: decide(verdict, context)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? TLSError { handshakeFailure = EdgeCounters.HandshakeFailure(error) }
        close(context, "\(error)")
    }

    private func decide(_ verdict: FirstBytes.Verdict, _ context: ChannelHandlerContext) {
        do {
            if verdict == .turn, roles.contains(.turn) { return try leaveToRelay() }
            guard try attach(verdict) else {
                fate = .unserved
                return close(context, "speaks nothing that this listener serves")
            }
        } catch {
            return close(context, "\(error)")
        }
        switch verdict {
        case .http:
            fate = client.isInsideTLS ? .web : .redirect
            finish()
        case .http2:
            fate = .webOverHTTP2
            finish()
        case .tls, .needMore, .turn, .unknown:
            // A second classifier has it, inside TLS.
            isFinished = true
        }
        context.fireChannelRead(wrapInboundOut(buffer))
        context.fireChannelReadComplete()
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    /// The relay takes the connection out of its channel, which ends, and will tell the end.
    private func leaveToRelay() throws {
        isFinished = true
        do {
            try routes.attachTURN(client, buffer, onEnd)
        } catch {
            isFinished = false
            throw error
        }
        routes.counters.count(client.isInsideTLS ? .turnOverTLS : .turnOverTCP)
    }

    private func attach(_ verdict: FirstBytes.Verdict) throws -> Bool {
        switch verdict {
        case .tls where !client.isInsideTLS && !routes.rolesInsideTLS.isEmpty:
            try attachTLS()
        case .http where roles.contains(.web) && client.applicationProtocol != .http2:
            try client.isInsideTLS ? routes.attachWeb(client) : routes.attachRedirect(client)
        // RFC 9113, section 3.3, has clients begin without ALPN, too. No browser does.
        case .http2 where roles.contains(.web) && client.applicationProtocol == .http2:
            try routes.attachWeb(client)
        default:
            return false
        }
        return true
    }

    private func attachTLS() throws {
        try routes.attachTLS(client.channel)
        var secure = client
        secure.isInsideTLS = true
        let inner = ConnectionClassifier(routes: routes, client: secure, logger: logger, onEnd: onEnd)
        try client.channel.pipeline.syncOperations.addHandler(inner)
    }

    private func close(_ context: ChannelHandlerContext, _ reason: String) {
        guard !isFinished else { return }
        logger.debug(
            "connection closed before it was decided",
            metadata: ["client": "\(client.address)", "reason": "\(reason)"]
        )
        context.close(promise: nil)
    }
}

@available(*, unavailable)
extension ConnectionClassifier: Sendable {}
