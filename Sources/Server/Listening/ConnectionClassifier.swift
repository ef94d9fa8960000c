// SPDX-License-Identifier: Apache-2.0

import Logging
import NIOCore
import OpenSSLTLS
import STUNCodec

/// What becomes of a connection of a listener, once its first bytes have shown what it speaks.
struct ConnectionRoutes: Sendable {
    let roles: ListenAddress.Roles
    let servesPlainTURN: Bool
    /// Each is called on the channel's event loop and adds handlers at the end of its pipeline.
    let attachTLS: @Sendable (any Channel) throws -> Void
    let attachTURN: @Sendable (any Channel, _ acceptedAt: NIODeadline, _ onDecided: @escaping () -> Void) throws -> Void
    let attachWeb: @Sendable (any Channel) throws -> Void
    let attachRedirect: @Sendable (any Channel) throws -> Void
}

/// The first handler of every connection: holds the first bytes back until they can be told apart, before TLS and
/// again inside it, sets the pipeline up for what they are, and leaves.
///
/// Browsers' TURN clients send no ALPN and may use the name of the web app, so nothing but the decrypted bytes decides.
final class ConnectionClassifier: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    /// From accept to the decision, TLS handshake included.
    static let timeout = TimeAmount.seconds(10)

    private let routes: ConnectionRoutes
    private let acceptedAt: NIODeadline
    private let isInsideTLS: Bool
    private let logger: Logger
    private let onEnd: () -> Void
    private var buffer = ByteBuffer()
    private var deadline: Scheduled<Void>?
    private var isFinished = false

    /// - Parameter onEnd: called once, when the connection is decided or gone. A TURN client is decided when it has
    ///   authenticated.
    init(
        routes: ConnectionRoutes,
        acceptedAt: NIODeadline,
        isInsideTLS: Bool = false,
        logger: Logger,
        onEnd: @escaping () -> Void
    ) {
        self.routes = routes
        self.acceptedAt = acceptedAt
        self.isInsideTLS = isInsideTLS
        self.logger = logger
        self.onEnd = onEnd
    }

    // MARK: Time

    func handlerAdded(context: ChannelHandlerContext) {
        deadline = context.eventLoop.assumeIsolated().scheduleTask(deadline: acceptedAt + Self.timeout) {
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
            guard try attach(verdict, to: context.channel) else {
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

    private func attach(_ verdict: FirstBytes.Verdict, to channel: any Channel) throws -> Bool {
        switch verdict {
        case .tls where !isInsideTLS:
            try routes.attachTLS(channel)
            let inner = ConnectionClassifier(
                routes: routes,
                acceptedAt: acceptedAt,
                isInsideTLS: true,
                logger: logger,
                onEnd: onEnd
            )
            try channel.pipeline.syncOperations.addHandler(inner)
        case .turn where routes.roles.contains(.turn) && (isInsideTLS || routes.servesPlainTURN):
            try routes.attachTURN(channel, acceptedAt, onEnd)
        case .http where routes.roles.contains(.web):
            try isInsideTLS ? routes.attachWeb(channel) : routes.attachRedirect(channel)
        default:
            return false
        }
        return true
    }

    private func close(_ context: ChannelHandlerContext, _ reason: String) {
        guard !isFinished else { return }
        logger.debug(
            "connection closed before it was decided",
            metadata: ["client": "\(context.remoteAddress?.description ?? "?")", "reason": "\(reason)"]
        )
        context.close(promise: nil)
    }
}

@available(*, unavailable)
extension ConnectionClassifier: Sendable {}
