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
    private let isInsideTLS: Bool
    private let logger: Logger
    private let onEnd: () -> Void
    /// What the client may do here.
    private var roles: ListenAddress.Roles
    private var buffer = ByteBuffer()
    private var deadline: Scheduled<Void>?
    private var isFinished = false

    /// - Parameter onEnd: called once, when the connection is decided or gone. A TURN client is decided when it has
    ///   authenticated.
    init(
        routes: ConnectionRoutes,
        client: ClientConnection,
        isInsideTLS: Bool = false,
        logger: Logger,
        onEnd: @escaping () -> Void
    ) {
        self.routes = routes
        self.client = client
        self.isInsideTLS = isInsideTLS
        self.logger = logger
        self.onEnd = onEnd
        roles = isInsideTLS ? routes.rolesInsideTLS : routes.plainRoles
    }

    // MARK: Time

    func handlerAdded(context: ChannelHandlerContext) {
        deadline = context.eventLoop.assumeIsolated().scheduleTask(deadline: client.acceptedAt + Self.timeout) {
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
        onEnd()
    }

    // MARK: TLS

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if isInsideTLS, case .handshakeCompleted(let session)? = event as? TLSUserEvent {
            client.serverName = session.serverName
            let agreed = session.alpn.flatMap(ApplicationProtocol.init)
            roles.formIntersection(agreed?.admittedRoles ?? .all)
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
        close(context, "\(error)")
    }

    private func decide(_ verdict: FirstBytes.Verdict, _ context: ChannelHandlerContext) {
        do {
            guard try attach(verdict) else {
                return close(context, "speaks nothing that this listener serves")
            }
        } catch {
            return close(context, "\(error)")
        }
        // A second classifier, inside TLS, or the relay has the connection now, and will tell the end.
        if verdict == .http { finish() } else { isFinished = true }
        context.fireChannelRead(wrapInboundOut(buffer))
        context.fireChannelReadComplete()
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    private func attach(_ verdict: FirstBytes.Verdict) throws -> Bool {
        switch verdict {
        case .tls where !isInsideTLS && !routes.rolesInsideTLS.isEmpty:
            try attachTLS()
        case .turn where roles.contains(.turn):
            try routes.attachTURN(client, onEnd)
        case .http where roles.contains(.web):
            try isInsideTLS ? routes.attachWeb(client) : routes.attachRedirect(client)
        default:
            return false
        }
        return true
    }

    private func attachTLS() throws {
        try routes.attachTLS(client.channel)
        let inner = ConnectionClassifier(
            routes: routes,
            client: client,
            isInsideTLS: true,
            logger: logger,
            onEnd: onEnd
        )
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
