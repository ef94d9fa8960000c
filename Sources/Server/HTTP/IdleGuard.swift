// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// Ends a connection on which nothing was received or sent for a while.
final class IdleGuard: ChannelDuplexHandler {
    typealias InboundIn = NIOAny
    typealias OutboundIn = NIOAny

    /// A connection is kept this long for further requests.
    private static let timeout = TimeAmount.seconds(60)

    private var lastActivity = NIODeadline.distantPast
    private var check: Scheduled<Void>?

    func handlerAdded(context: ChannelHandlerContext) {
        lastActivity = context.eventLoop.now
        schedule(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        check?.cancel()
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        lastActivity = context.eventLoop.now
        context.fireChannelReadComplete()
    }

    func flush(context: ChannelHandlerContext) {
        lastActivity = context.eventLoop.now
        context.flush()
    }

    private func schedule(_ context: ChannelHandlerContext) {
        check = context.eventLoop.assumeIsolated().scheduleTask(deadline: lastActivity + Self.timeout) {
            guard context.eventLoop.now - self.lastActivity < Self.timeout else { return context.close(promise: nil) }
            self.schedule(context)
        }
    }
}

@available(*, unavailable)
extension IdleGuard: Sendable {}
