// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP1

/// Answers what the ``AssetCache`` has an answer to, on the spot. All else passes.
///
/// Belongs behind NIO's pipelining handler, or into a stream of HTTP/2: a request comes when the one before is answered.
final class AssetHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let cache: AssetCache
    private let counters: EdgeCounters
    /// Adds the handlers behind, when something is to pass for the first time. Nil when they are there.
    private var addHandlers: ((any Channel) throws -> Void)?
    /// To the request that is being read.
    private var answer: Asset.Answer?

    init(cache: AssetCache, counters: EdgeCounters, addHandlers: ((any Channel) throws -> Void)? = nil) {
        self.cache = cache
        self.counters = counters
        self.addHandlers = addHandlers
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        // A client that does not read what it has asked for waits where responses wait for their clients.
        if case .head(let head) = part, context.channel.isWritable {
            answer = cache.answer(to: head, on: context.channel)
        }
        guard let answer else { return pass(data, context) }
        if case .end = part {
            self.answer = nil
            send(answer, context)
        }
    }

    private func pass(_ data: NIOAny, _ context: ChannelHandlerContext) {
        do {
            try addHandlers?(context.channel)
            addHandlers = nil
            context.fireChannelRead(data)
        } catch {
            context.close(promise: nil)
        }
    }

    /// A request that is none, while nobody behind could hear of it.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard addHandlers == nil else { return context.close(promise: nil) }
        context.fireErrorCaught(error)
    }

    private func send(_ answer: Asset.Answer, _ context: ChannelHandlerContext) {
        counters.count(EdgeCounters.Request(method: .get, statusClass: Int(answer.head.status.code) / 100))
        context.write(wrapOutboundOut(.head(answer.head)), promise: nil)
        if let body = answer.body { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
}

@available(*, unavailable)
extension AssetHandler: Sendable {}
