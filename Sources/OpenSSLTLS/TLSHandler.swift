// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// What the handlers of both sides share: moving bytes between the pipeline and a ``TLSConnection``.
///
/// Everything happens on the channel's event loop but the steps of the handshake, during which the connection is with
/// another thread, `connection` is nil and what arrives is held back.
package class TLSHandler: ChannelDuplexHandler {
    package typealias InboundIn = ByteBuffer
    package typealias InboundOut = ByteBuffer
    package typealias OutboundIn = ByteBuffer
    package typealias OutboundOut = ByteBuffer

    enum State {
        /// No byte was sent or received.
        case waiting
        case handshaking
        case open
        /// Closed by this side, by the peer or by a failure: nothing is read or written any more.
        case closed
    }

    var state = State.waiting
    var connection: TLSConnection?
    var context: ChannelHandlerContext?
    /// Asked before each step that is expensive.
    let executor: () -> TLSHandshakeExecutor

    // The handshake (TLSHandler+Handshake).
    var isStepRunning = false
    var runningStep: HandshakeStep?
    /// What arrived during a step.
    var heldInput: ByteBuffer?
    var isReadHeld = false
    var hasInputEnded = false
    /// Whether this side said anything in the handshake: the expensive part of a server's work is then done.
    var hasAnswered = false

    // Reading (TLSHandler+Reading).
    var isInReadCycle = false
    var hasDelivered = false
    var isReadWanted = false
    var isPeerDone = false

    // Writing and closing (TLSHandler+Writing, TLSHandler+Closing).
    var pendingWrites = MarkedCircularBuffer<PendingWrite>(initialCapacity: 0)
    var isOutputClosed = false
    var pendingOutputClose: OutputClose?
    var failure: TLSError?
    var hasReportedError = false

    init(executor: @escaping () -> TLSHandshakeExecutor) {
        self.executor = executor
    }

    /// Makes the connection, when it is first needed.
    func makeConnection() throws(TLSError) -> TLSConnection {
        throw TLSError(.internalFailure, "neither client nor server")
    }

    /// Whether this side speaks first, and minds a stream that ends without close_notify.
    var isClient: Bool { false }

    package func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if isClient, context.channel.isActive { startHandshake(context) }
    }

    package func handlerRemoved(context: ChannelHandlerContext) {
        abandon(failingWritesWith: ChannelError.ioOnClosedChannel)
        self.context = nil
    }

    package func channelActive(context: ChannelHandlerContext) {
        if isClient { startHandshake(context) }
        context.fireChannelActive()
    }

    package func channelInactive(context: ChannelHandlerContext) {
        let endedIn = state
        abandon(failingWritesWith: failure ?? ChannelError.ioOnClosedChannel)
        switch endedIn {
        case .handshaking: report(.closedDuringHandshake, context)
        case .open where isClient && !isPeerDone: report(.truncated, context)
        case .waiting, .open, .closed: break
        }
        context.fireChannelInactive()
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // What follows from this error is not worth another one.
        hasReportedError = true
        context.fireErrorCaught(error)
    }

    /// Gives the connection away, once nothing waits to be encrypted. The handler does nothing from then on, not even when the
    /// channel is closed.
    ///
    /// - Returns: nil when it is not open.
    package func release() -> TLSRecordLayer? {
        guard state == .open, !isPeerDone, !isOutputClosed, pendingWrites.isEmpty else { return nil }
        guard let connection = connection.take() else { return nil }
        state = .closed
        return TLSRecordLayer(connection)
    }

    // Overridable members belong to the class itself; each of these is a line to the extension that does the work.

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        receive(unwrapInboundIn(data), context)
    }

    package func channelReadComplete(context: ChannelHandlerContext) {
        isInReadCycle = false
        completeRead(context)
    }

    package func read(context: ChannelHandlerContext) {
        requestRead(context)
    }

    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed? = event as? ChannelEvent {
            inputEnded(context)
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        enqueue(PendingWrite(bytes: unwrapOutboundIn(data), promise: promise))
    }

    package func flush(context: ChannelHandlerContext) {
        pendingWrites.mark()
        writeEncrypted(context)
    }

    package func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        switch mode {
        case .all: closeAll(context, promise)
        case .output: closeOutput(context, promise)
        case .input: context.close(mode: .input, promise: promise)
        }
    }
}

@available(*, unavailable)
extension TLSHandler: Sendable {}
