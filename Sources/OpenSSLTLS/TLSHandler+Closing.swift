// SPDX-License-Identifier: Apache-2.0

internal import NIOCore

/// A `close(mode: .output)` that waits for the end of the handshake.
struct OutputClose {
    let promise: EventLoopPromise<Void>?
}

extension TLSHandler {
    /// Says close_notify and closes. Like any channel, this one drops what was written but not flushed.
    func closeAll(_ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
        sayGoodbye(context)
        abandon(failingWritesWith: ChannelError.ioOnClosedChannel)
        context.close(mode: .all, promise: promise)
    }

    /// Says close_notify and goes on reading.
    func closeOutput(_ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
        guard state == .open else {
            if state != .closed, pendingOutputClose == nil {
                pendingOutputClose = OutputClose(promise: promise)
            } else {
                promise?.fail(ChannelError.outputClosed)
            }
            return
        }
        sayGoodbye(context)
        failPendingWrites(ChannelError.outputClosed)
        context.close(mode: .output, promise: promise)
    }

    private func sayGoodbye(_ context: ChannelHandlerContext) {
        guard state == .open, !isOutputClosed else { return }
        isOutputClosed = true
        connection?.sendCloseNotify()
        sendOutput(context)
    }

    /// The peer said close_notify. RFC 8446, section 6.1, lets this side go on writing; a channel that does not do
    /// half-closure closes instead.
    func peerFinished(_ context: ChannelHandlerContext) {
        isPeerDone = true
        context.fireUserInboundEventTriggered(TLSUserEvent.closed)
        guard state == .open else { return }
        let goesOn = try? context.channel.syncOptions?.getOption(.allowRemoteHalfClosure)
        if goesOn == true {
            context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        } else {
            context.channel.close(promise: nil)
        }
    }

    /// The stream below ended, on a channel that does half-closure.
    func inputEnded(_ context: ChannelHandlerContext) {
        hasInputEnded = true
        switch state {
        case .handshaking where !isStepRunning:
            fail(.closedDuringHandshake, context)
        case .open where !isPeerDone:
            isPeerDone = true
            if isClient { report(.truncated, context) }
            context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        case .waiting:
            context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        case .handshaking, .open, .closed:
            // A running step decides what this means; or it was told already.
            break
        }
    }

    /// Ends the connection for `error`: sends the alert OpenSSL has for it, tells those behind, closes.
    func fail(_ error: TLSError, _ context: ChannelHandlerContext) {
        guard state != .closed else { return }
        sendOutput(context)
        failure = error
        abandon(failingWritesWith: error)
        report(error, context)
        context.close(promise: nil)
    }

    /// Fires `error` unless another one was fired before.
    func report(_ error: TLSError, _ context: ChannelHandlerContext) {
        guard !hasReportedError else { return }
        hasReportedError = true
        context.fireErrorCaught(error)
    }

    /// Lets go of everything. A connection that a step of the handshake has is freed when the step returns.
    func abandon(failingWritesWith error: any Error) {
        state = .closed
        connection = nil
        runningStep?.abandon()
        heldInput = nil
        failPendingWrites(error)
        pendingOutputClose.take()?.promise?.fail(error)
    }
}
