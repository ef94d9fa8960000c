// SPDX-License-Identifier: Apache-2.0

import Logging
import NIOCore
import STUNCodec

/// The first handler of a connection from a proxy: takes the PROXY header off, tells whose connection it is, and leaves.
/// Without a valid header the connection is closed.
final class ProxyHeaderHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let connection: ClientConnection
    private let logger: Logger
    private let onHeader: (ClientConnection) throws -> Void
    private let onEnd: () -> Void
    private var buffer = ByteBuffer()
    private var deadline: Scheduled<Void>?
    private var isFinished = false

    /// - Parameters:
    ///   - connection: as accepted, from the proxy's address.
    ///   - onHeader: called with the client's address, to add the handlers that take the bytes behind the header.
    ///   - onEnd: called once, when the handler leaves or the connection is gone.
    init(
        connection: ClientConnection,
        logger: Logger,
        onHeader: @escaping (ClientConnection) throws -> Void,
        onEnd: @escaping () -> Void
    ) {
        self.connection = connection
        self.logger = logger
        self.onHeader = onHeader
        self.onEnd = onEnd
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let time = connection.acceptedAt + ConnectionClassifier.timeout
        deadline = context.eventLoop.assumeIsolated().scheduleTask(deadline: time) {
            self.close(context, "no PROXY header came in time")
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        deadline?.cancel()
        onEnd()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isFinished else { return context.fireChannelRead(data) }
        var bytes = unwrapInboundIn(data)
        buffer.writeBuffer(&bytes)
        switch ProxyHeader.parse(buffer.readableBytesSpan) {
        case .needMore: break
        case .header(let header): finish(header, context)
        case .invalid: close(context, "began without a valid PROXY header")
        }
    }

    private func finish(_ header: ProxyHeader, _ context: ChannelHandlerContext) {
        isFinished = true
        let client = ClientConnection(
            channel: connection.channel,
            address: header.source ?? connection.address,
            acceptedAt: connection.acceptedAt
        )
        do {
            try onHeader(client)
        } catch {
            return context.close(promise: nil)
        }
        buffer.moveReaderIndex(forwardBy: header.length)
        if buffer.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(buffer)) }
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    /// Says so where the operator sees it: a proxy that is set up differently than this server thinks lets nobody in.
    private func close(_ context: ChannelHandlerContext, _ reason: String) {
        guard !isFinished else { return }
        isFinished = true
        logger.notice(
            "connection of a proxy closed",
            metadata: ["proxy": "\(connection.address)", "reason": "\(reason)"]
        )
        context.close(promise: nil)
    }
}

@available(*, unavailable)
extension ProxyHeaderHandler: Sendable {}
