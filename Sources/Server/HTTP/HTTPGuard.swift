// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP1

/// Ends HTTP connections that go wrong in ways that no request handler sees. Looks at no message, so it fits behind
/// the parser whatever the messages are.
final class HTTPGuard: ChannelDuplexHandler {
    typealias InboundIn = NIOAny
    typealias OutboundIn = NIOAny
    typealias OutboundOut = NIOAny

    /// From the first bytes to a first whole request head.
    private static let headTimeout = TimeAmount.seconds(10)
    /// How long a client may leave a response unread.
    private static let writeTimeout = TimeAmount.seconds(30)

    private var deadline: Scheduled<Void>?
    private var isBroken = false

    func handlerAdded(context: ChannelHandlerContext) {
        closeUnlessCancelled(context, in: Self.headTimeout)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        deadline?.cancel()
    }

    /// To be called when the first request head has arrived, unless it is read here.
    func headArrived() {
        deadline?.cancel()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if context.channel.isWritable { headArrived() }
        context.fireChannelRead(data)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        deadline?.cancel()
        if !context.channel.isWritable { closeUnlessCancelled(context, in: Self.writeTimeout) }
        context.fireChannelWritabilityChanged()
    }

    /// NIO has answered 400 already. Passed on, the error would be answered a second time, without a request; and the
    /// answer to a request whose body went wrong comes too late.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard error is HTTPParserError else { return context.fireErrorCaught(error) }
        isBroken = true
        context.close(promise: nil)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !isBroken else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        context.write(data, promise: promise)
    }

    private func closeUnlessCancelled(_ context: ChannelHandlerContext, in time: TimeAmount) {
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: time) { context.close(promise: nil) }
    }
}

@available(*, unavailable)
extension HTTPGuard: Sendable {}
